{ config, lib, ... }:
let
  cfg = config.services.web;
in
{
  options.services.web = {
    enable = lib.mkEnableOption "the web";
    root = lib.mkOption { type = lib.types.str; };
    debug = lib.mkOption { type = lib.types.bool; default = false; };
  };
  config = lib.mkIf cfg.enable {
    systemd.services.web = {
      description = "The web";
      after = [ "network.target" ];
      serviceConfig = {
        ExecStart = "/bin/web ${cfg.root}";
        User = "web";
        CapabilityBoundingSet = [ ]; # renders no line
        ProtectSytem = "strict";
        ProtectHome = lib.mkIf cfg.debug false;
      };
    };
    systemd.services.web-clean = {
      serviceConfig.Type = "oneshot";
      serviceConfig.ExecStart = "/bin/web --clean";
    };
  };
}
