# Stands in for the lib of nixpkgs: it has what the flakes of the tests use. It
# knows no types and no priorities.
rec {
  inherit (builtins) mapAttrs;

  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
  recursiveUpdate =
    a: b:
    a
    // builtins.mapAttrs (
      name: value:
      if builtins.isAttrs value && builtins.isAttrs (a.${name} or null) then
        recursiveUpdate a.${name} value
      else
        value
    ) b;

  optionalString = condition: text: if condition then text else "";
  escapeShellArgs =
    args:
    builtins.concatStringsSep " " (
      map (arg: "'" + builtins.replaceStrings [ "'" ] [ "'\\''" ] (toString arg) + "'") args
    );

  getExe = package: "${package}/bin/${package.meta.mainProgram}";
  licenses.mit = "MIT";
  platforms.unix = [ ];

  mkIf = condition: config: if condition then config else { };
  mkOption = option: option // { _type = "option"; };
  mkEnableOption =
    description:
    mkOption {
      inherit description;
      default = false;
    };
  literalExpression = text: text;
  types = {
    listOf = _: "list";
    str = "string";
    path = "path";
    package = "package";
  };
}
