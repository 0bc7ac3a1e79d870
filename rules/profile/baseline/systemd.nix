# What a server without a keyboard should set for systemd itself: journald, the
# emergency shell, services it does not need, and the hardware watchdog.
#
# The module can be imported unchanged. Settings that a release does not have are
# omitted for that release.
{ lib, ... }:

let
  release = lib.trivial.release;
in
{
  # Only the settings that NixOS adds are here: the rest of journald's sandbox
  # is in systemd's own unit.
  systemd.services.systemd-journald.serviceConfig = {
    # Sets the mask that systemd starts journald with. journald sets its own, 0022, as
    # it starts, opens its files with mode 0640 and shares them with the group
    # systemd-journal: who can read the journal does not change. What changes is the
    # score of `systemd-analyze security`.
    # Cost: none.
    UMask = "0077";

    # Gives journald a network namespace with nothing in it but a loopback device.
    # systemd's own unit already refuses every IP address (IPAddressDeny=any).
    # Cost: sockets of the host's network namespace are out of reach; forwarding to a
    # socket (ForwardToSocket=, systemd 256) stops working.
    PrivateNetwork = true;

    # Forbids journald from changing the host name.
    # Cost: a change of the host's name is not seen, and _HOSTNAME in the journal stays
    # the old one until journald is restarted.
    ProtectHostname = true;

    # Forbids loading kernel modules.
    # Cost: none.
    ProtectKernelModules = true;
  };

  # Leaves the emergency shell out of the system: a boot that fails offers no shell to
  # whoever sits at the console. It affects only stage 2 of the boot.
  # Cost: no shell to repair a broken boot with; boot another generation instead.
  systemd.enableEmergencyMode = false;

  # Leaves the emergency shell out of the initrd, which has separate units if
  # boot.initrd.systemd.enable is true; otherwise the setting has no effect. Do not set
  # it on NixOS 26.05 or newer: there emergency.target starts the unit that reboots
  # after a failure (panic-on-fail, enabled by boot.panic_on_fail), and without the
  # target a failed boot hangs.
  # Cost: no shell in the initrd.
  boot.initrd.systemd.suppressedUnits = lib.mkIf (lib.versionOlder release "26.05") [
    "emergency.service"
    "emergency.target"
  ];

  systemd.services = {
    pre-sleep = lib.mkIf (lib.versionOlder release "26.05") {
      # Masks the script that runs before the machine sleeps, which a server never does.
      # Until NixOS 25.11; from 26.05 on it is called sleep-actions, and this name would
      # mask nothing.
      # Cost: powerManagement.powerDownCommands does not run before sleep.
      enable = false;
    };

    # Masks the service that loads the next kernel for `systemctl kexec`.
    # Cost: no reboot by kexec. Switch kexec itself off with
    # boot.kernel.sysctl."kernel.kexec_load_disabled" = 1.
    prepare-kexec.enable = false;

    # Masks the service that keeps the state of radio switches across reboots.
    # Cost: none without wireless hardware. Its socket, systemd-rfkill.socket, is a separate
    # unit and stays.
    systemd-rfkill.enable = false;

    # Masks the service that clears a stale hibernation image.
    # systemd 256 and newer have it.
    # Cost: none where nothing hibernates (kernel parameter hibernate=no).
    systemd-hibernate-clear.enable = false;

    # Masks the service that waits until the network is up. It takes
    # systemd.network.wait-online.enable = false as well, without which the
    # configuration does not evaluate.
    # Cost: network-online.target no longer means that there is a network, so what is
    # ordered after it may start too early.
    systemd-networkd-wait-online.enable = false;
  };

  # Disables NixOS's own option, which would otherwise set the service's
  # `enable` to true and conflict with the mask.
  # Cost: as for the mask.
  systemd.network.wait-online.enable = false;

  # The times of the hardware watchdog. They do not limit how long a service may take
  # to stop: that is DefaultTimeoutStopSec, 90 seconds by default.
  systemd.settings.Manager = lib.mkIf (lib.versionAtLeast release "25.11") {
    # Lets the hardware watchdog reset the machine when systemd itself hangs for this
    # long; systemd pets it twice as often.
    # Cost: needs a watchdog device; without one nothing happens.
    RuntimeWatchdogSec = "15s";

    # Lets the watchdog reset the machine when a reboot hangs for this long.
    # Cost: services that are slow to stop must be done by then.
    RebootWatchdogSec = "30s";

    # Lets the watchdog reset the machine when a reboot by kexec hangs for this long.
    # Cost: the new kernel must take the watchdog over within that time.
    KExecWatchdogSec = "1m";
  };

  # The names of the same three settings before NixOS 25.11.
  systemd.watchdog = lib.mkIf (lib.versionOlder release "25.11") {
    # Until NixOS 25.05: RuntimeWatchdogSec.
    # Cost: as for RuntimeWatchdogSec.
    runtimeTime = "15s";

    # Until NixOS 25.05: RebootWatchdogSec.
    # Cost: as for RebootWatchdogSec.
    rebootTime = "30s";

    # Until NixOS 25.05: KExecWatchdogSec.
    # Cost: as for KExecWatchdogSec.
    kexecTime = "1m";
  };
}
