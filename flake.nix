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
    in
    {
      packages = eachSystem (pkgs: {
        default = pkgs.buildGoModule {
          pname = "wardnix";
          version = "0.1.0";
          src = self;
          vendorHash = "sha256-gyqOa4OmvNYImqm/ChZ+N5rgYtievuEntxmj8mMfh7M=";
          subPackages = [ "cmd/wardnix" ];
          ldflags = [ "-s" ];
          nativeBuildInputs = [ pkgs.installShellFiles ];
          postInstall = ''
            $out/bin/wardnix man >wardnix.1
            installManPage wardnix.1
            installShellCompletion --cmd wardnix \
              --bash <($out/bin/wardnix completion bash) \
              --zsh <($out/bin/wardnix completion zsh) \
              --fish <($out/bin/wardnix completion fish)
          '';
          meta = {
            description = "Linter, fixer and generator for systemd services in NixOS modules";
            license = lib.licenses.mit;
            mainProgram = "wardnix";
          };
        };
      });

      apps = eachSystem (pkgs: rec {
        default = {
          type = "app";
          program = lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        };
        # nix run .#lint -- --write
        lint = {
          type = "app";
          program = toString (
            pkgs.writeShellScript "wardnix-lint" ''
              exec ${default.program} lint "$@"
            ''
          );
        };
      });

      checks = eachSystem (pkgs: {
        package = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
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
