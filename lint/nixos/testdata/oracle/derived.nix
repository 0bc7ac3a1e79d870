# What NixOS derives from other options, and what is written for the same key.
{ lib, config, ... }:
{
  systemd.services = {
    forced = {
      script = "exec a";
      description = "derived";
      after = [ "a.target" ];
      serviceConfig.ExecStart = lib.mkForce "/bin/written";
      unitConfig = {
        Description = lib.mkForce "written";
        After = lib.mkForce "b.target";
      };
    };
    weak = {
      script = "exec a";
      description = "derived";
      serviceConfig.ExecStart = lib.mkDefault "/bin/written";
      unitConfig.Description = lib.mkDefault "written";
    };
    whole = {
      script = "exec a";
      description = "derived";
      unitConfig = lib.mkForce { Documentation = "man:whole"; };
      serviceConfig = lib.mkForce { ExecStart = "/bin/written"; };
    };
    sometimes = {
      script = "exec a";
      serviceConfig.ExecStart = lib.mkIf config.boot.isContainer (lib.mkForce "/bin/written");
    };
    same = {
      description = "same";
      unitConfig.Description = "same";
    };
  };
}
