{ lib, ... }:
let
  withUser = user: svc: svc // { serviceConfig = (svc.serviceConfig or { }) // { User = user; }; };
  withRestart = svc: lib.recursiveUpdate svc { serviceConfig = { Restart = "always"; RestartSec = "5s"; }; };
  compose = lib.flip lib.pipe [ withRestart (withUser "helpers") ];
in
{
  systemd.services.helpers = compose {
    serviceConfig.ExecStart = "/bin/helpers";
    wantedBy = [ "multi-user.target" ];
  };
  users.users.helpers = { isSystemUser = true; group = "helpers"; };
  users.groups.helpers = { };
}
