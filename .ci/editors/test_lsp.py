"""Drives `wardnix lsp` as editors do, with the capabilities that they announce.

The decoder of lsprotocol is strict: a message that is not as the protocol has it fails.
"""

import os
import pathlib

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

MODULE = """{
  systemd.services.web = {
    script = "true";
    serviceConfig.ProtectSystem = "ful"; # \U0001f600
    serviceConfig.PrivateTmp = true;
  };
}
"""


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "flake.nix").write_text("{ outputs = _: { }; }")
    (tmp_path / "wardnix.toml").write_text('select = ["D002"]\n')
    (tmp_path / "web.nix").write_text(MODULE)
    return tmp_path


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim", "emacs"],
    config=ClientServerConfig(server_command=[os.environ["WARDNIX"], "lsp"]),
)
async def client(request, lsp_client: LanguageClient):
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=client_capabilities(request.param), process_id=os.getpid())
    )
    yield
    await lsp_client.shutdown_session()


def opened(client: LanguageClient, project: pathlib.Path, text: str = MODULE) -> str:
    uri = (project / "web.nix").as_uri()
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "nix", 1, text))
    )
    return uri


async def diagnostics(client: LanguageClient, uri: str):
    """Those that are pulled, if the server offers it, else those that are pushed."""
    if client.capabilities and client.capabilities.text_document.diagnostic and client.capabilities.workspace.diagnostics:
        report = await client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        )
        return report.items
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return client.diagnostics[uri]


async def settle(client: LanguageClient, uri: str, want: int):
    for _ in range(50):
        found = await diagnostics(client, uri)
        if len(found) == want:
            return found
    raise AssertionError(f"{found}")


@pytest.mark.asyncio
async def test_diagnostics_and_fix(client: LanguageClient, project: pathlib.Path):
    uri = opened(client, project)
    found = await settle(client, uri, 1)
    assert found[0].code == "D002"
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri), found[0].range, types.CodeActionContext(diagnostics=found)
        )
    )
    preferred = [a for a in actions if a.is_preferred]
    assert len(preferred) == 1
    action = preferred[0]
    if action.edit is None:
        action = await client.code_action_resolve_async(action)
    edits = (
        action.edit.document_changes[0].edits if action.edit.document_changes else action.edit.changes[uri]
    )
    assert [e.new_text for e in edits] == ['"full"']
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, uri),
            [types.TextDocumentContentChangePartial(range=e.range, text=e.new_text) for e in edits],
        )
    )
    await settle(client, uri, 0)


@pytest.mark.asyncio
async def test_fix_all(client: LanguageClient, project: pathlib.Path):
    uri = opened(client, project)
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri),
            types.Range(types.Position(0, 0), types.Position(0, 0)),
            types.CodeActionContext(diagnostics=[], only=[types.CodeActionKind.SourceFixAll]),
        )
    )
    assert [a.kind for a in actions] == ["source.fixAll.wardnix"]


@pytest.mark.asyncio
async def test_facts(client: LanguageClient, project: pathlib.Path):
    uri = opened(client, project)
    document = types.TextDocumentIdentifier(uri)
    place = types.Position(3, 20)
    hover = await client.text_document_hover_async(types.HoverParams(document, place))
    assert "ProtectSystem=" in hover.contents.value
    items = await client.text_document_completion_async(
        types.CompletionParams(document, types.Position(3, 37))
    )
    assert "strict" in [i.label for i in items]
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert [s.name for s in symbols] == ["web.service"]
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(document))
    assert "exposure" in lenses[0].command.title
    places = await client.text_document_definition_async(types.DefinitionParams(document, place))
    assert [p.uri for p in places] == [uri]
    places = await client.text_document_references_async(
        types.ReferenceParams(types.ReferenceContext(True), document, place)
    )
    assert [p.uri for p in places] == [uri]
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("web"))
    assert [s.name for s in found] == ["web.service"]


@pytest.mark.asyncio
async def test_buffer_without_a_file(client: LanguageClient):
    uri = "untitled:Untitled-1"
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "nix", 1, MODULE)))
    found = await settle(client, uri, 2)
    assert "D002" in [d.code for d in found]
