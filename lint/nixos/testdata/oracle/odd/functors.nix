{ lib, ... }:
let
  mk = {
    defaults = { Restart = "always"; };
    __functor = self: cmd: { serviceConfig = self.defaults // { ExecStart = cmd; }; };
  };
in
{ systemd.services.functors = mk "/bin/functors"; }
