# Options of the types that projects declare, and what units read of them.
{ lib, config, ... }:
let
  inherit (lib) mkOption mkIf types;
  option = type: mkOption { inherit type; };
  cfg = config.v;
in
{
  options.v = {
    lines = option types.lines;
    commas = option types.commas;
    separated = option (types.separatedString "; ");
    coerced = option (types.coercedTo types.int toString types.str);
    coercedList = option (types.coercedTo types.str lib.singleton (types.listOf types.str));
    modules = option (types.listOf (types.submodule { options = { a = option types.str; b = mkOption { type = types.int; default = 7; }; }; }));
    any = option (types.attrsOf (types.oneOf [ types.int types.str (types.listOf types.str) ]));
    either = option (types.either (types.listOf types.str) types.str);
    perhaps = option (types.nullOr (types.listOf types.str));
    without = mkOption { };
    free = option (types.submodule { freeformType = types.attrsOf types.str; options.own = mkOption { type = types.str; default = "own"; }; });
    nested = option (types.attrsOf (types.listOf (types.attrsOf types.str)));
    x = option types.int;
    services = mkOption {
      default = { };
      type = types.attrsOf (types.submodule ({ name, config, ... }: {
        options = {
          command = mkOption { type = types.str; default = "/bin/${name}"; };
          full = mkOption { type = types.str; default = "${config.command} --all"; };
        };
      }));
    };
  };

  config = {
    v = lib.mkMerge [
      { lines = "one"; commas = "a"; separated = "x"; }
      { lines = "two"; commas = "b"; separated = "y"; }
      {
        coerced = 5;
        coercedList = "one";
        modules = [ { a = "1"; } { a = "2"; b = 8; } ];
        any = { i = 1; s = "two"; l = [ "three" "four" ]; };
        either = "plain";
        perhaps = [ "p" ];
        without = 42;
        free.more = "more";
        nested.a = [ { b = "c"; } ];
        x = 42;
        services.web.command = "/bin/w";
        services.api = { };
        services.off = mkIf (cfg.x == 1) { };
      }
    ];
    systemd.services = {
      types = {
        description = lib.concatStringsSep "|" (lib.splitString "\n" cfg.lines);
        environment = {
          COMMAS = cfg.commas;
          SEPARATED = cfg.separated;
          COERCED = cfg.coerced;
          COERCED_LIST = toString cfg.coercedList;
          MODULES = lib.concatMapStringsSep " " (m: "${m.a}:${toString m.b}") cfg.modules;
          ANY = "${toString cfg.any.i} ${cfg.any.s} ${toString cfg.any.l}";
          EITHER = if lib.isList cfg.either then "list" else cfg.either;
          PERHAPS = toString cfg.perhaps;
          FREE = "${cfg.free.own} ${cfg.free.more}";
          NESTED = (lib.head cfg.nested.a).b;
          FLOAT = toString 1.5;
        };
        serviceConfig.Nice = if cfg.without == 42 then 5 else 6;
        serviceConfig.CPUWeight = if cfg.x == 42 then 50 else 60;
      };
      first.serviceConfig = { User = "first"; UMask = "0077"; };
      second.serviceConfig.User = config.systemd.services.first.serviceConfig.User;
      third = { config, ... }: {
        serviceConfig.UMask = "0027";
        description = "umask ${config.serviceConfig.UMask}";
      };
      timed = { script = "true"; startAt = "daily"; };
      often = { script = "true"; startAt = [ "hourly" "weekly" ]; };
    } // lib.mapAttrs (_: s: { serviceConfig.ExecStart = s.full; }) cfg.services;
  };
}
