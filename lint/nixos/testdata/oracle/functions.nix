{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.services.tunnels;
  worker = name: extra: {
    description = "Worker ${name}";
    serviceConfig = recursiveUpdate {
      ExecStart = "/bin/worker --name ${name}";
      ProtectSystem = "strict";
    } extra;
  };
  hide = mapAttrs (_: mkDefault) { PrivateTmp = true; ProtectHome = true; };
in
{
  options.services.tunnels = {
    enable = mkEnableOption "tunnels";
    user = mkOption { type = types.str; default = "tunnel"; };
    port = mkOption { type = types.nullOr types.port; default = null; };
    level = mkOption { type = types.enum [ "low" "high" ]; default = "low"; };
    names = mkOption { type = types.listOf types.str; default = [ ]; };
    peers = mkOption {
      type = types.attrsOf (types.submodule ({ name, ... }: {
        options.host = mkOption { type = types.str; };
        options.keep = mkOption { type = types.bool; default = true; };
        options.title = mkOption { type = types.str; default = "peer ${name}"; };
      }));
      default = { };
    };
  };
  config = mkMerge [
    {
      services.tunnels = {
        enable = true;
        level = "high";
        names = [ "x" "y" ];
        peers.alpha.host = "a.example";
        peers.beta = { host = "b.example"; keep = false; };
      };
    }
    (mkIf cfg.enable {
      systemd.services = {
        one = worker "one" { Nice = 5; };
        two = worker "two" { } // { wantedBy = [ "multi-user.target" ]; };
        three = {
          serviceConfig = mkMerge [ hide { ExecStart = "/bin/three"; User = cfg.user; ProtectHome = false; } ];
          after = optional (cfg.port != null) "port.target" ++ optionals (cfg.level == "high") [ "high.target" ];
        };
      } // mapAttrs' (name: peer: nameValuePair "tunnel-${name}" {
        description = peer.title;
        serviceConfig = {
          ExecStart = "/bin/tunnel ${peer.host}";
        } // optionalAttrs peer.keep { Restart = "always"; };
      }) cfg.peers // listToAttrs (map (n: nameValuePair "named-${n}" { serviceConfig.ExecStart = "/bin/named ${n}"; }) cfg.names);
    })
    {
      systemd.services = genAttrs [ "g1" "g2" ] (n: { serviceConfig.ExecStart = concatStringsSep " " [ "/bin/g" n ]; });
    }
  ];
}
