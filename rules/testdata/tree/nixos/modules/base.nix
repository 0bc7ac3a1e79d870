# What a system has without anything switched on.
{
  systemd.services.clock.serviceConfig = {
    ExecStart = "/bin/clock";
    ProtectClock = "yes";
  };
  systemd.services.quiet = {
    enable = false;
    serviceConfig.ExecStart = "/bin/quiet";
  };
  systemd.user.services.menu.serviceConfig.ExecStart = "/bin/menu";
}
