# What older releases refuse: scalars beside lists, newer options.
{ lib, ... }:
{
  imports = [ { systemd.services.m.serviceConfig = { X = "scalar"; Y = null; }; } ];
  systemd.services.m = {
    serviceConfig = { X = [ "list" ]; Y = lib.mkBefore [ "a" ]; };
    onSuccess = [ "a.service" ];
    upholds = [ "b.service" ];
    script = "x";
    enableDefaultPath = false;
    notSocketActivated = true;
    preStart = "x";
    serviceConfig.ExecStartPre = [ "/bin/own" ];
  };
  systemd.services.both = {
    script = "x";
    serviceConfig.ExecStart = [ "/bin/other" ];
    unitConfig.After = [ "config.target" ];
    after = [ "option.target" ];
  };
  systemd.mounts = [ { what = "b"; where = "/"; mountConfig.DirectoryMode = "0700"; } ];
  boot.initrd.systemd.enable = true;
  boot.initrd.systemd.services.early.serviceConfig = { Type = "oneshot"; ExecStart = "/bin/early"; };
}
