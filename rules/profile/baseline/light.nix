# What practically every service can bear: of a hundred daemons that ran with a user
# under these settings, none broke. It applies to services that no other baseline
# covers. It does not require a setting if the text of the unit shows that the service
# needs what the setting removes. Container runtimes and similar services are exempt.
#
# The module can be imported unchanged. It hardens the services listed in
# `wardnix.light`.
{ config, lib, ... }:

{
  options.wardnix.light = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [ "web" ];
    description = "Services to harden with settings that practically every service works with.";
  };

  config.systemd.services = lib.genAttrs config.wardnix.light (_: {
    serviceConfig = {
      # Runs in a user namespace in which root and the unit's own user map to
      # themselves and every other user to nobody. The process has no capability over
      # the host's namespaces.
      # Cost: files of other users appear to be owned by nobody; ports below 1024 and raw sockets
      # are out of reach, whatever AmbientCapabilities says.
      PrivateUsers = true;

      # Gives the process a separate kernel keyring. This is systemd's default for
      # system services; it is set here so that no other module changes it unnoticed.
      # Cost: none.
      KeyringMode = "private";

      # Makes /usr, the boot loader's directories and /etc read-only.
      # Cost: a service that writes its configuration below /etc fails; give it
      # ConfigurationDirectory or ReadWritePaths.
      ProtectSystem = "full";

      # Keeps the mounts that the service makes private. The host's mounts stay visible,
      # and new ones still appear. Implied by the other file system directives here.
      # Cost: none for a service that mounts nothing.
      PrivateMounts = true;

      # Makes kernel variables in /proc/sys and /sys read-only.
      # Cost: none for a service that tunes no kernel.
      ProtectKernelTunables = true;

      # Forbids loading kernel modules and hides /usr/lib/modules.
      # Cost: none; the kernel still loads modules on demand.
      ProtectKernelModules = true;

      # Forbids reading and clearing the kernel's log.
      # Cost: none for a service that collects no kernel logs.
      ProtectKernelLogs = true;

      # Makes the control group hierarchy read-only.
      # Cost: breaks container runtimes.
      ProtectControlGroups = true;

      # Gives the service a separate host name that it cannot change.
      # Cost: a change of the host's name is not seen until the service is restarted.
      ProtectHostname = true;

      # Forbids setting the clock.
      # Cost: none, except for time servers.
      ProtectClock = true;

      # Drops all capabilities permanently. `null` and "" are rendered as an empty
      # assignment, which is the empty set; `[ ]` renders nothing and drops nothing.
      # Cost: a service that needs one, to bind a port below 1024 for instance, fails.
      CapabilityBoundingSet = null;

      # Denies system calls of foreign architectures, which can bypass a filter.
      # Cost: no 32-bit helper programs.
      SystemCallArchitectures = "native";

      # Makes setuid and setgid programs run without their privileges.
      # Cost: setuid programs such as sudo fail if the service calls them.
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

      # Refuses to create or enter namespaces of any kind.
      # Cost: breaks containers, the sandboxes of browsers and builds of Nix from within.
      RestrictNamespaces = true;

      # Removes the System V and POSIX IPC objects of its user when it stops.
      # Cost: none for a user that no other service shares.
      RemoveIPC = true;
    };
  });
}
