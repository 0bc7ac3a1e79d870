{ lib, ... }:
let
  defaults = rec { User = "updates"; Group = User; RuntimeDirectory = User; RuntimeDirectoryMode = "0750"; };
in
{
  users.users.updates = { isSystemUser = true; group = "updates"; };
  users.groups.updates = { };
  systemd.services.updates.serviceConfig = defaults // { ExecStart = "/bin/updates"; } // { RuntimeDirectoryMode = "0700"; };
}
