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
      Restart = "on-failure";
      RestartSec = 5;

      # User and processes
      User = "cloudflared";
      Group = "cloudflared";
      PrivateUsers = true;
      PrivatePIDs = true;
      UMask = "0077";
      KeyringMode = "private";

      # File system
      ProtectSystem = "strict";
      ProtectHome = true;
      PrivateTmp = true;
      PrivateMounts = true;
      PrivateDevices = true;
      ProcSubset = "pid";
      ProtectProc = "invisible";
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
      CapabilityBoundingSet = "";

      # Network
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_INET6"
      ];

      # System calls
      SystemCallArchitectures = "native";
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
