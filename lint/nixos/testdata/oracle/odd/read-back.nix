{ config, lib, ... }:
{
  systemd.services.readbacka.serviceConfig = {
    ExecStart = "/bin/a";
    User = "readback";
    StateDirectory = "readback";
  };
  systemd.services.readbackb.serviceConfig = {
    ExecStart = "/bin/b";
    inherit (config.systemd.services.readbacka.serviceConfig) User StateDirectory;
    Group = config.systemd.services.readbacka.serviceConfig.User;
  };
  users.users.readback = { isSystemUser = true; group = "readback"; };
  users.groups.readback = { };
}
