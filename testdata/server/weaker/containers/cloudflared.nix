{ config, pkgs, ... }:
{
  age.secrets.cloudflare_tunnel_token = {
    file = ../secrets/cloudflare_tunnel_token.age;
    owner = "cloudflared";
    group = "cloudflared";
  };

  users.users.cloudflared = {
    isSystemUser = true;
    group = "cloudflared";
  };
  users.groups.cloudflared = { };

  systemd.services.cloudflared-tunnel = {
    description = "Tunnel to the outside";
    after = [ "network-online.target" ];
    wants = [ "network-online.target" ];
    wantedBy = [ "multi-user.target" ];

    serviceConfig = {
      ExecStart = "${pkgs.cloudflared}/bin/cloudflared tunnel run --token-file ${config.age.secrets.cloudflare_tunnel_token.path}";
      Restart = "no";
      RestartSec = 5;

      # User and processes
      User = "root";
      Group = "cloudflared";
      PrivateUsers = false;
      PrivatePIDs = true;
      UMask = "0022";
      KeyringMode = "private";

      # File system
      ProtectSystem = "full";
      ProtectHome = "read-only";
      PrivateTmp = true;
      PrivateMounts = true;
      PrivateDevices = true;
      ProcSubset = "pid";
      ProtectProc = "noaccess";
      ReadOnlyPaths = [ config.age.secrets.cloudflare_tunnel_token.path ];

      # Kernel
      ProtectKernelTunables = true;
      ProtectKernelModules = true;
      ProtectKernelLogs = true;
      ProtectControlGroups = true;
      ProtectHostname = true;
      ProtectClock = true;

      # Capabilities: rendered as empty assignments
      AmbientCapabilities = "";
      CapabilityBoundingSet = [ "CAP_NET_BIND_SERVICE" ];

      # Network
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_INET6"
        "AF_UNIX" # why was this here?
      ];

      # System calls
      SystemCallArchitectures = "native x86";
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

      # The rest
      NoNewPrivileges = true;
      LockPersonality = true;
      MemoryDenyWriteExecute = true;
      RestrictRealtime = true;
      RestrictSUIDSGID = true;
      RestrictNamespaces = true;
      RemoveIPC = true;
    };
  };
}
