# Stands in for nixpkgs in the tests: it has what wardnix's flake and its users'
# take from nixpkgs, and builds with the programs of the machine. The test writes
# host.nix, which tells where they are.
{
  outputs =
    { self }:
    let
      host = import ./host.nix;
      lib = import ./lib.nix;

      packages =
        system:
        let
          build =
            name: env: script:
            derivation (
              {
                inherit name system;
                inherit (host) PATH;
                builder = host.bash;
                # Nix 2.8 kills a builder that closed its output, and blames it where
                # that comes before its exit: something else holds the output a while.
                args = [
                  "-euc"
                  "trap 'sleep 0.2 &' EXIT\n${script}"
                ];
              }
              // env
            );
        in
        {
          stdenv = {
            hostPlatform = { inherit system; };
            buildPlatform.canExecute = platform: platform.system == system;
          };

          callPackage =
            file: given:
            let
              f = import file;
            in
            f (builtins.intersectAttrs (builtins.functionArgs f) (packages system // { inherit lib; } // given));

          buildGoModule =
            f:
            let
              args = f (args // { finalPackage = package; });
              package =
                build "${args.pname}-${args.version}"
                  {
                    inherit (args) preBuild postInstall;
                    inherit (args) version;
                  }
                  ''
                    export HOME=$TMPDIR GOFLAGS=-buildvcs=false GOPROXY=off GOTOOLCHAIN=local
                    export GOCACHE=${host.GOCACHE} GOMODCACHE=${host.GOMODCACHE}
                    cp -r ${args.src} source
                    chmod -R u+w source
                    cd source
                    eval "$preBuild"
                    go build -tags ${toString args.tags} -ldflags '${toString args.ldflags}' -o $out/bin/ ./${toString args.subPackages}
                    cd $TMPDIR
                    . ${builtins.head args.nativeBuildInputs}
                    eval "$postInstall"
                    . ${builtins.head args.nativeInstallCheckInputs}
                  ''
                // {
                  inherit (args) meta src;
                  inherit (args.passthru) tests;
                };
            in
            package;
          versionCheckHook = ./version-check-hook.sh;
          installShellFiles = ./install-shell-files.sh;

          runCommandLocal = build;
          writeShellScript =
            name: text:
            build name { inherit text; } ''
              printf '#!%s\n%s' ${host.bash} "$text" >$out
              chmod +x $out
            '';

          mkShell = args: build "shell" { inherit (args) packages; } "touch $out";
          go = "go";
          gopls = "gopls";
          nix = "nix";
          pre-commit = "pre-commit";
        };
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ] packages;
    };
}
