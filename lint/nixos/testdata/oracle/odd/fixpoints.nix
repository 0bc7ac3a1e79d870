{ lib, ... }:
let
  ext = final: prev: { web = prev.web // { Nice = final.prio; }; };
  base = final: { prio = 4; web = { ExecStart = "/bin/fixpoints"; }; };
  set = lib.fix (lib.extends ext base);
in
{ systemd.services.fixpoints.serviceConfig = set.web; }
