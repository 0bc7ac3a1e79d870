// Starts `wardnix lsp` for Nix files. Rules are set in wardnix.toml.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration("wardnix");
  const { path, ...options } = JSON.parse(JSON.stringify(settings));
  client = new LanguageClient(
    "wardnix",
    { command: path, args: ["lsp"] },
    {
      documentSelector: [{ language: "nix", scheme: "file" }, { language: "nix", scheme: "untitled" }],
      initializationOptions: options,
    },
  );
  return client.start();
};

exports.deactivate = () => client?.stop();
