# Stands in for flake-parts in the tests: its mkFlake knows imports, systems,
# modules that add options to perSystem, and perSystem as an attrset.
{
  outputs =
    { self }:
    {
      lib.mkFlake =
        { inputs }:
        module:
        let
          inherit (inputs.nixpkgs) lib;

          defaults = builtins.mapAttrs (
            _: option: if option ? _type then option.default else defaults option
          );
          merge = builtins.foldl' lib.recursiveUpdate { };

          imported = map (
            import':
            import' {
              inherit lib;
              inherit (inputs) self;
              flake-parts-lib.mkPerSystemOption = declare: declare;
            }
          ) module.imports;

          perSystem =
            system:
            let
              config = merge (map (m: defaults m.options) modules ++ [ module.perSystem ]);
              modules = map (m: m.options.perSystem { inherit config system; }) imported;
            in
            merge (map (m: m.config) modules);
        in
        builtins.mapAttrs
          (output: none: lib.genAttrs module.systems (system: (perSystem system).${output} or none))
          {
            apps = { };
            checks = { };
          };
    };
}
