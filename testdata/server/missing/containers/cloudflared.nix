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
    wantedBy = [ "multi-user.target" ];

    serviceConfig = {
      ExecStart = "${pkgs.cloudflared}/bin/cloudflared tunnel run --token-file ${config.age.secrets.cloudflare_tunnel_token.path}";
      Restart = "on-failure";
      RestartSec = 5;

      # User and processes
      User = "cloudflared";
      Group = "cloudflared";
      PrivateUsers = true;
      KeyringMode = "private";

      # File system
      ProtectSystem = "strict";
      ProtectHome = true;
      PrivateTmp = true;
      PrivateMounts = true;
      PrivateDevices = true;

      # Kernel
      ProtectKernelTunables = true;
      ProtectKernelModules = true;
      ProtectControlGroups = true;
      ProtectHostname = true;

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
        "~@mount"
        "~@obsolete"
        "~@privileged"
        "~@raw-io"
        "~@reboot"
        "~@resources"
      ];

      # The rest
      NoNewPrivileges = true;
      LockPersonality = true;
      RestrictRealtime = true;
      RestrictSUIDSGID = true;
      RestrictNamespaces = true;
      RemoveIPC = true;
    };
  };
}
