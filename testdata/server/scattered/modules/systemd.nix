{ lib, ... }:
let
  off = {
    enable = false;
  };
in
{
  # Everything on one path each
  systemd.services.systemd-journald.serviceConfig.UMask = "0077";
  systemd.services.systemd-journald.serviceConfig.PrivateNetwork = true;
  systemd.services.systemd-journald.serviceConfig.ProtectHostname = true;

  boot.initrd.systemd.suppressedUnits = [ "emergency.service" ];
  systemd.enableEmergencyMode = false;

  systemd.services.pre-sleep = off;
  systemd.services.prepare-kexec.enable = false;
  systemd.services.systemd-rfkill.enable = lib.mkForce false;
  systemd.services.systemd-networkd-wait-online.enable = false;

  systemd.settings = {
    Manager.RuntimeWatchdogSec = "10s";
    Manager.KExecWatchdogSec = 60;
  };
}
