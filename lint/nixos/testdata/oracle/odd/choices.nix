{ config, lib, ... }:
let level = 2; in
{
  systemd.services.choices.serviceConfig = {
    ExecStart = "/bin/choices";
    ProtectSystem = if level == 1 then true else if level == 2 then "full" else "strict";
    SystemCallFilter = lib.mkMerge [ [ "@system-service" ] (lib.mkIf (level > 1) [ "~@mount" ]) ];
    Restart = { "1" = "no"; "2" = "always"; }.${toString level};
  };
}
