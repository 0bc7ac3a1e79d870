# What a service that runs tinyproxy was seen to work under: the largest part of the
# strict baseline. It was run as the user tinyproxy, version 1.11.1 under systemd 252 and
# version 1.11.3 under systemd 262.
#
# The module can be imported unchanged. It hardens the services listed in
# `wardnix.proven.tinyproxy`; override single directives with lib.mkForce.
{ config, lib, ... }:

{
  options.wardnix.proven.tinyproxy = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [ "tinyproxy" ];
    description = "Services that run tinyproxy, to harden with what it was seen to work under.";
  };

  config.systemd.services = lib.genAttrs config.wardnix.proven.tinyproxy (_: {
    serviceConfig = {
      # Runs in a user namespace in which root and the unit's own user map to
      # themselves and every other user to nobody. The process has no capability over
      # the host's namespaces.
      # Cost: files of other users appear to be owned by nobody; ports below 1024 and raw sockets
      # are out of reach, whatever AmbientCapabilities says.
      PrivateUsers = true;

      # Runs in a PID namespace: other processes can be neither seen nor signalled.
      # Needs systemd 257 (NixOS 25.05); an older one ignores it with a warning, and
      # `systemd-analyze security` does not score it.
      # Cost: does not work with Type=forking.
      PrivatePIDs = true;

      # Files it creates can be read by its own user only. Write it as a string: Nix has
      # no octal numbers, and 0077 is rendered as 77, which only happens to work.
      # Cost: files meant for a group, such as sockets, need 0027.
      UMask = "0077";

      # Gives the process a separate kernel keyring. This is systemd's default for
      # system services; it is set here so that no other module changes it unnoticed.
      # Cost: none.
      KeyringMode = "private";

      # Makes the whole file system read-only, except for /dev, /proc and /sys, for
      # ReadWritePaths and for the state, cache, logs, runtime and private /tmp
      # directories of the unit.
      # Cost: a service that writes elsewhere fails; give it StateDirectory.
      ProtectSystem = "strict";

      # Hides /home, /root and /run/user.
      # Cost: a token or a configuration kept there cannot be read.
      ProtectHome = true;

      # Gives the service a private /tmp and /var/tmp, removed when it stops.
      # Cost: sockets that other services put into /tmp are not seen.
      PrivateTmp = true;

      # Keeps the mounts that the service makes private. The host's mounts stay visible,
      # and new ones still appear. Implied by the other file system directives here.
      # Cost: none for a service that mounts nothing.
      PrivateMounts = true;

      # Leaves only pseudo devices (/dev/null, /dev/zero, /dev/urandom, …) in /dev and
      # takes away the capabilities to make device nodes and for raw I/O.
      # Cost: no GPU, serial port, /dev/net/tun or other device.
      PrivateDevices = true;

      # Leaves only the directories of processes in /proc.
      # Cost: whatever reads /proc/meminfo, /proc/cpuinfo, /proc/net or /proc/sys finds
      # nothing there.
      ProcSubset = "pid";

      # Hides the processes of other users in /proc.
      # Cost: tools that watch other processes see none.
      ProtectProc = "invisible";

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
      # Cost: breaks container runtimes only.
      ProtectControlGroups = true;

      # Gives the service a separate host name that it cannot change.
      # Cost: a change of the host's name is not seen until the service is restarted.
      ProtectHostname = true;

      # Forbids setting the clock.
      # Cost: none, except for time servers.
      ProtectClock = true;

      # Grants no capability beyond what the user has. This is systemd's default; `null`
      # is rendered as an empty assignment, which also undoes what another module
      # granted. `[ ]` would render nothing.
      # Cost: none.
      AmbientCapabilities = null;

      # Drops all capabilities permanently. `null` and "" are rendered as an empty
      # assignment, which is the empty set; `[ ]` renders nothing and drops nothing.
      # Cost: a service that needs one, to bind a port below 1024 for instance, fails.
      CapabilityBoundingSet = null;

      # Allows Internet and Unix sockets only. Netlink, packet and every other family are
      # refused.
      # Cost: no Netlink: interfaces cannot be listed. No packet sockets: no DHCP client, no
      # capture of traffic.
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_INET6"
        "AF_UNIX"
      ];

      # Denies system calls of foreign architectures, which can bypass a filter.
      # Cost: no 32-bit helper programs.
      SystemCallArchitectures = "native";

      # Makes setuid and setgid programs run without their privileges.
      # Cost: setuid programs such as sudo fail if the service calls them.
      NoNewPrivileges = true;

      # Locks the execution domain, which only emulators change.
      # Cost: breaks old emulators only.
      LockPersonality = true;

      # Refuses memory that is writable and executable. Programs in Go, Rust or C need none.
      # Cost: just-in-time compilers (node, java, .NET, LuaJIT) do not start.
      MemoryDenyWriteExecute = true;

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

      # Refuses groups of system calls that it was seen to work without. Each item needs
      # its own "~".
      # Cost: what it does not do under test may need one of them.
      SystemCallFilter = [
        "~@clock"
        "~@cpu-emulation"
        "~@debug"
        "~@module"
        "~@mount"
        "~@obsolete"
        "~@privileged"
        "~@raw-io"
        "~@reboot"
        "~@resources"
        "~@swap"
      ];
    };
  });
}
