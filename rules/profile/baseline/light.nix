# What practically every service can bear: nothing here takes away what an
# ordinary daemon needs. It is asked of services that no other baseline is for;
# of container runtimes and the like nothing is asked.
#
# The module can be imported as it is. It hardens the services listed in
# `wardnix.light`.
{ config, lib, ... }:

{
  options.wardnix.light = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [ "web" ];
    description = "Services to harden with what practically every service can bear.";
  };

  config.systemd.services = lib.genAttrs config.wardnix.light (_: {
    serviceConfig = {
      # Makes /usr, the boot loader's directories and /etc read-only.
      # Cost: a service that writes its configuration below /etc fails; give it
      # ConfigurationDirectory or ReadWritePaths.
      ProtectSystem = "full";

      # Makes kernel variables in /proc/sys, /sys and the like read-only.
      # Cost: none for a service that tunes no kernel.
      ProtectKernelTunables = true;

      # Forbids loading kernel modules and hides /usr/lib/modules.
      # Cost: none; modules the kernel loads on demand still come.
      ProtectKernelModules = true;

      # Forbids reading and clearing the kernel's log.
      # Cost: none for a service that collects no kernel logs.
      ProtectKernelLogs = true;

      # Makes the control group hierarchy read-only.
      # Cost: breaks container runtimes.
      ProtectControlGroups = true;

      # Gives the service a host name of its own that it cannot change.
      # Cost: a change of the host's name is not seen until the service is restarted.
      ProtectHostname = true;

      # Forbids setting the clock.
      # Cost: none for a service that is no time server.
      ProtectClock = true;

      # Refuses system calls of foreign architectures, which are the way round a filter.
      # Cost: no 32-bit helper programs.
      SystemCallArchitectures = "native";

      # Makes setuid and setgid programs run without their privileges.
      # Cost: sudo, ping with setuid and the like do not work from within.
      NoNewPrivileges = true;

      # Locks the execution domain, which only emulators change.
      # Cost: breaks old emulators only.
      LockPersonality = true;

      # Refuses realtime scheduling, with which a process can take a whole CPU.
      # Cost: none outside audio.
      RestrictRealtime = true;

      # Forbids setting the setuid and setgid bits of files.
      # Cost: none for a service that installs no programs.
      RestrictSUIDSGID = true;

      # Removes what System V and POSIX IPC its user leaves behind when it stops.
      # Cost: none for a user that no other service shares.
      RemoveIPC = true;
    };
  });
}
