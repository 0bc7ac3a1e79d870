{
  description = "NixOS machines";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    wardnix = {
      url = "git+file:///opt/wardnix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      wardnix,
    }:
    let
      eachSystem = nixpkgs.lib.genAttrs (builtins.attrNames wardnix.packages);
    in
    {
      # nixosConfigurations.machine = nixpkgs.lib.nixosSystem { modules = [ ./machine.nix ]; };

      # nix flake check
      checks = eachSystem (system: {
        wardnix = wardnix.lib.mkCheck {
          inherit system;
          src = self;
        };
      });

      # nix run .#lint, and nix run .#lint -- --write
      apps = eachSystem (system: {
        lint = wardnix.lib.mkLintApp { inherit system; };
      });
    };
}
