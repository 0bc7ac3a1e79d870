# What a service that runs cloudflared, the client of Cloudflare's tunnels, should set.
#
# cloudflared opens connections to Cloudflare and to the services that
# the tunnel exposes. It writes no file, needs no device, no capability and no other
# process, so nearly every sandbox directive of systemd can be on.
#
# The module can be imported unchanged. It hardens
# `systemd.services.cloudflared-tunnel`; the command stays with your own file.
{ config, lib, ... }:

let
  cfg = config.wardnix.cloudflared;
in
{
  options.wardnix.cloudflared.tokenFile = lib.mkOption {
    type = lib.types.nullOr lib.types.str;
    default = null;
    example = "/run/secrets/tunnel-token";
    description = "The file that holds the tunnel's token, as given to --token-file.";
  };

  config.systemd.services.cloudflared-tunnel = {
    # Orders the start after the point where the network is configured. It orders
    # nothing unless something provides that point, such as
    # systemd-networkd-wait-online or NetworkManager-wait-online.
    # Cost: a slower start where the network comes up late.
    after = [ "network-online.target" ];

    # Pulls network-online.target into the boot, without which `after` would order
    # nothing.
    # Cost: none beyond the wait itself.
    wants = [ "network-online.target" ];

    # Starts the tunnel at boot. Without it the unit exists and is never started.
    # Cost: none for a server; omit it if the tunnel is started by hand.
    wantedBy = [ "multi-user.target" ];

    serviceConfig = {
      # Restarts cloudflared when it fails, so that a lost connection or a crash does
      # not end the only way to the server. `always` does as well.
      # Cost: none; `systemctl stop` still stops it.
      Restart = "on-failure";

      # Waits between two restarts. systemd's default of 100 ms uses up the start
      # limit (five starts in ten seconds) before a short outage is over, and then
      # gives up.
      # Cost: the tunnel is away that much longer after a crash.
      RestartSec = 5;

      # Runs as its own system user instead of root. `DynamicUser = true` does as
      # well. Declare the user and the group: users.users.cloudflared = { isSystemUser =
      # true; group = "cloudflared"; }; users.groups.cloudflared = { };
      # Cost: the token file must be readable by that user, or come by LoadCredential.
      User = "cloudflared";

      # Runs with its own group, so that no file shared with another service's
      # group can be read. With `DynamicUser = true` systemd picks one.
      # Cost: as for User.
      Group = "cloudflared";

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
      # Cost: the ICMPv4 proxy is off, since cloudflared cannot read
      # /proc/sys/net/ipv4/ping_group_range, and warns of a wrong group; its diagnostics
      # report no memory usage.
      ProcSubset = "pid";

      # Hides the processes of other users in /proc.
      # Cost: tools that watch other processes see none.
      ProtectProc = "invisible";

      # Makes the token file read-only. It hides nothing: what else can be read stays
      # readable, and under ProtectSystem = "strict" the path is read-only already.
      # LoadCredential does more: it hands over a copy that only this unit can read.
      # Cost: none.
      ReadOnlyPaths = lib.optional (cfg.tokenFile != null) cfg.tokenFile;

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

      # Allows Internet sockets only. Unix sockets, Netlink, packet and every other
      # family are refused.
      # Cost: no Unix socket: no `unix:` origin, and no systemd notification, for which a
      # unit with Type=notify keeps AF_UNIX. No Netlink: interfaces cannot be listed, and
      # the ICMPv6 proxy has no source address.
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_INET6"
      ];

      # Denies system calls of foreign architectures, which can bypass a filter.
      # Cost: no 32-bit helper programs.
      SystemCallArchitectures = "native";

      # Refuses eleven groups of system calls that a network client does not need. It is
      # a list of what is refused: what it does not name stays allowed, new calls too. A
      # list of what is allowed ("@system-service" first, then "~@privileged" and
      # "~@resources") is as strict or stricter. Each item needs its own "~". A refused
      # call ends the process with SIGSYS, unless SystemCallErrorNumber says otherwise.
      # Cost: the directive that breaks services most often; try it before you rely on it.
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
    };
  };
}
