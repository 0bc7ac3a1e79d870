{
  description = "Lint, fix and generate NixOS modules, so that their systemd services are safe";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      eachSystem = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      pkgsFor =
        system:
        if system == null then
          throw "wardnix: give system, or pkgs"
        else
          nixpkgs.legacyPackages.${system};

      wardnix = pkgs: pkgs.callPackage ./package.nix { src = self; };
    in
    {
      packages = eachSystem (pkgs: {
        default = wardnix pkgs;
      });

      overlays.default = final: _prev: { wardnix = wardnix final; };

      apps = eachSystem (pkgs: {
        default = {
          type = "app";
          program = lib.getExe (wardnix pkgs);
          meta.description = "wardnix";
        };
        # nix run .#lint -- --write
        lint = self.lib.mkLintApp { inherit pkgs; };
      });

      lib = {
        # A derivation that holds what wardnix says of src, and that fails when
        # wardnix lint does. Nix builds it where it builds everything else, and
        # builds it again only when src or wardnix changed.
        #
        #   system or pkgs   where it is built
        #   src              the project, such as self or ./.
        #   paths            what to lint in src; else all of it
        #   args             flags of wardnix lint, such as [ "--baseline=server" ]
        #   name             the name of the derivation
        #   package          the wardnix to run
        mkCheck =
          {
            src,
            system ? null,
            pkgs ? pkgsFor system,
            paths ? [ ],
            args ? [ ],
            name ? "wardnix-check",
            package ? wardnix pkgs,
          }:
          pkgs.runCommandLocal name { } ''
            cd ${src}
            status=0
            lint() { ${lib.getExe package} lint ${lib.escapeShellArgs args} "$@" -- ${lib.escapeShellArgs paths}; }
            lint >$out || status=$?
            cat $out
            if [ $status != 0 ]; then
              # Nix shows the last ten lines: the worst findings, a line each.
              lint --quiet --format concise 2>&1 | head -n 8 || true
              echo "nix log shows all findings in full"
            fi
            exit $status
          '';

        # An app that runs wardnix lint with args and whatever the user adds.
        # It takes system, pkgs, args, name and package as mkCheck does.
        mkLintApp =
          {
            system ? null,
            pkgs ? pkgsFor system,
            args ? [ ],
            name ? "wardnix-lint",
            package ? wardnix pkgs,
          }:
          {
            type = "app";
            program = toString (
              pkgs.writeShellScript name ''
                exec ${lib.getExe package} lint ${lib.escapeShellArgs args} "$@"
              ''
            );
            meta.description = "Find what is wrong with systemd services, and repair it";
          };
      };

      # For flake-parts: checks.wardnix and apps.lint from perSystem.wardnix.
      flakeModule =
        { flake-parts-lib, lib, ... }@user:
        {
          key = "wardnix#flakeModule";
          _file = "${self}/flake.nix";
          options.perSystem = flake-parts-lib.mkPerSystemOption (
            { config, system, ... }:
            let
              cfg = config.wardnix;
              strings = lib.types.listOf lib.types.str;
            in
            {
              options.wardnix = {
                enable = lib.mkEnableOption "the check wardnix and the app lint";
                src = lib.mkOption {
                  type = lib.types.path;
                  default = user.self.outPath;
                  defaultText = lib.literalExpression "self.outPath";
                  description = "The project to lint.";
                };
                paths = lib.mkOption {
                  type = strings;
                  default = [ ];
                  description = "What the check lints in src; empty means all of src.";
                };
                args = lib.mkOption {
                  type = strings;
                  default = [ ];
                  example = [ "--baseline=server" ];
                  description = "Flags of wardnix lint, for the check and for the app.";
                };
                package = lib.mkOption {
                  type = lib.types.package;
                  default = self.packages.${system}.default;
                  defaultText = lib.literalExpression "wardnix.packages.\${system}.default";
                  description = "The wardnix to run.";
                };
              };

              config = lib.mkIf cfg.enable {
                checks.wardnix = self.lib.mkCheck {
                  inherit system;
                  inherit (cfg)
                    src
                    paths
                    args
                    package
                    ;
                };
                apps.lint = self.lib.mkLintApp {
                  inherit system;
                  inherit (cfg) args package;
                };
              };
            }
          );
        };

      # The hardening baselines, to import into a system, and an audit of it each week.
      nixosModules = lib.mapAttrs (_: file: { imports = [ file ]; }) {
        default = ./module.nix;
        baseline-cloudflared = ./rules/profile/baseline/cloudflared.nix;
        baseline-server = ./rules/profile/baseline/systemd.nix;
        baseline-light = ./rules/profile/baseline/light.nix;
        baseline-strict = ./rules/profile/baseline/strict.nix;
      };

      templates = {
        default = {
          path = ./docs/template/default;
          description = "A repository of NixOS machines with wardnix as flake check, app and pre-commit hook";
        };
        flake-parts = {
          path = ./docs/template/flake-parts;
          description = "A flake of flake-parts with wardnix as check and app";
        };
      };

      checks = eachSystem (pkgs: {
        package = wardnix pkgs;
        inherit ((wardnix pkgs).tests) lint;
      });

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.go
            pkgs.gopls
            pkgs.nix
            pkgs.pre-commit
          ];
        };
      });
    };
}
