# wardnix as nixpkgs would take it; there, src is a fetcher.
{
  lib,
  stdenv,
  buildGoModule,
  installShellFiles,
  runCommandLocal,
  versionCheckHook,
  src ? ./.,
}:

buildGoModule (finalAttrs: {
  pname = "wardnix";
  version = "0.1.0";

  inherit src;

  vendorHash = "sha256-L7Uw5pVOicRY7sSerZ1SeonRfAsH+SIIKv31zCtS048=";

  subPackages = [ "cmd/wardnix" ];

  # The page that `wardnix playground` writes is wardnix itself, for a browser.
  preBuild = ''
    env GOOS= GOARCH= go run ./cmd/playground/build cmd/wardnix/playground.html
  '';
  # The derivation of the modules would run it as well.
  overrideModAttrs = _: { preBuild = ""; };
  tags = [ "playground" ];

  ldflags = [ "-s" ];

  # The tests require Nix, systemd, git and the sources of the modules.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];

  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    $out/bin/wardnix man >wardnix.1
    installManPage wardnix.1
    installShellCompletion --cmd wardnix \
      --bash <($out/bin/wardnix completion bash) \
      --zsh <($out/bin/wardnix completion zsh) \
      --fish <($out/bin/wardnix completion fish) \
      --nushell <($out/bin/wardnix completion nushell)
  '';

  doInstallCheck = true;
  nativeInstallCheckInputs = [ versionCheckHook ];
  versionCheckProgramArg = "--version";

  passthru.tests.lint = runCommandLocal "wardnix-lint" { } ''
    cd ${finalAttrs.src}
    ${lib.getExe finalAttrs.finalPackage} lint --baseline strict docs/template/default module.nix >$out || {
      cat $out
      exit 1
    }
  '';

  meta = {
    description = "Linter, fixer and generator for systemd services in NixOS modules";
    license = lib.licenses.mit;
    mainProgram = "wardnix";
    platforms = lib.platforms.unix;
  };
})
