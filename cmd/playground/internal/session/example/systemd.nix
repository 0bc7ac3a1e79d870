{ ... }:
{
  # journald: what systemd's own unit leaves open
  systemd.services.systemd-journald.serviceConfig = {
    UMask = 0077;
    PrivateNetwork = true;
    ProtectHostname = true;
    ProtectKernelModules = true;
  };

  # No shell on a console that nobody watches
  boot.initrd.systemd.suppressedUnits = [
    "emergency.service"
    "emergency.target"
  ];
  systemd.enableEmergencyMode = false;

  # Not needed here
  systemd.services = {
    pre-sleep.enable = false; # never sleeps
    prepare-kexec.enable = false; # kexec is off by sysctl
    systemd-rfkill.enable = false; # no radio
    systemd-hibernate-clear.enable = false;
    systemd-networkd-wait-online.enable = false; # static address
  };

  # Hardware watchdog
  systemd.settings.Manager = {
    runtimeTime = "15s";
    rebootTime = "30s";
    kexecTime = "1m";
  };
}
