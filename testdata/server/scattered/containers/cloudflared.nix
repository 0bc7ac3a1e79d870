{ config, pkgs, ... }:
{
  systemd.services.cloudflared-tunnel = {
    after = [ "network-online.target" ];
    wants = [ "network-online.target" ];
    serviceConfig.ExecStart = "${pkgs.cloudflared}/bin/cloudflared tunnel run --token-file ${config.age.secrets.cloudflare_tunnel_token.path}";
    serviceConfig.User = "cloudflared";
    serviceConfig.Group = "cloudflared";
    # the rest stands in ./cloudflared-hardening.nix
  };

  imports = [ ./cloudflared-hardening.nix ];
}
