package lsp

import "encoding/json"

// The messages of the Language Server Protocol 3.17, with the fields that are used.
// Names are the protocol's.

// Position is a place in a document, from 0.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Range is from Start to End, exclusive.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Location is a range of a document.
type Location struct {
	URI   string `json:"uri"`
	Range Range  `json:"range"`
}

// InitializeParams are what a client says of itself.
type InitializeParams struct {
	ProcessID             *int               `json:"processId"`
	Capabilities          ClientCapabilities `json:"capabilities"`
	InitializationOptions json.RawMessage    `json:"initializationOptions"`
}

// ClientCapabilities are what a client can do.
type ClientCapabilities struct {
	General struct {
		PositionEncodings []string `json:"positionEncodings"`
	} `json:"general"`
	Workspace struct {
		Configuration         bool                `json:"configuration"`
		DidChangeWatchedFiles dynamicRegistration `json:"didChangeWatchedFiles"`
		WorkspaceEdit         struct {
			DocumentChanges bool `json:"documentChanges"`
		} `json:"workspaceEdit"`
		Diagnostics refreshSupport `json:"diagnostics"`
		CodeLens    refreshSupport `json:"codeLens"`
		InlayHint   refreshSupport `json:"inlayHint"`
	} `json:"workspace"`
	TextDocument struct {
		Diagnostic         *struct{} `json:"diagnostic"`
		PublishDiagnostics struct {
			RelatedInformation     bool      `json:"relatedInformation"`
			TagSupport             *struct{} `json:"tagSupport"`
			CodeDescriptionSupport bool      `json:"codeDescriptionSupport"`
		} `json:"publishDiagnostics"`
		Completion struct {
			CompletionItem struct {
				SnippetSupport bool      `json:"snippetSupport"`
				TagSupport     *struct{} `json:"tagSupport"`
			} `json:"completionItem"`
		} `json:"completion"`
		CodeAction struct {
			DataSupport    bool `json:"dataSupport"`
			ResolveSupport struct {
				Properties []string `json:"properties"`
			} `json:"resolveSupport"`
		} `json:"codeAction"`
	} `json:"textDocument"`
}

type dynamicRegistration struct {
	DynamicRegistration bool `json:"dynamicRegistration"`
}

type refreshSupport struct {
	RefreshSupport bool `json:"refreshSupport"`
}

// InitializeResult is what the server says of itself.
type InitializeResult struct {
	Capabilities ServerCapabilities `json:"capabilities"`
	ServerInfo   ServerInfo         `json:"serverInfo"`
}

// ServerInfo names the server.
type ServerInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// ServerCapabilities are what the server can do.
type ServerCapabilities struct {
	PositionEncoding   string                  `json:"positionEncoding"`
	TextDocumentSync   TextDocumentSyncOptions `json:"textDocumentSync"`
	DiagnosticProvider *DiagnosticOptions      `json:"diagnosticProvider,omitempty"`
	CodeActionProvider CodeActionOptions       `json:"codeActionProvider"`

	HoverProvider           bool              `json:"hoverProvider"`
	CompletionProvider      CompletionOptions `json:"completionProvider"`
	DefinitionProvider      bool              `json:"definitionProvider"`
	ReferencesProvider      bool              `json:"referencesProvider"`
	DocumentSymbolProvider  bool              `json:"documentSymbolProvider"`
	WorkspaceSymbolProvider bool              `json:"workspaceSymbolProvider"`
	CodeLensProvider        *struct{}         `json:"codeLensProvider,omitempty"`
	InlayHintProvider       bool              `json:"inlayHintProvider"`
}

// TextDocumentSyncOptions say how documents are kept in step.
type TextDocumentSyncOptions struct {
	OpenClose bool `json:"openClose"`
	Change    int  `json:"change"`
	Save      bool `json:"save"`
}

// incremental is the TextDocumentSyncKind of edits.
const incremental = 2

// DiagnosticOptions say how diagnostics are requested.
type DiagnosticOptions struct {
	Identifier            string `json:"identifier"`
	InterFileDependencies bool   `json:"interFileDependencies"`
	WorkspaceDiagnostics  bool   `json:"workspaceDiagnostics"`
}

// TextDocument is a document as notifications name it.
type TextDocument struct {
	URI        string `json:"uri"`
	LanguageID string `json:"languageId"`
	Version    int    `json:"version"`
	Text       string `json:"text"`
}

// DidOpenParams are those of textDocument/didOpen.
type DidOpenParams struct {
	TextDocument TextDocument `json:"textDocument"`
}

// DidChangeParams are those of textDocument/didChange.
type DidChangeParams struct {
	TextDocument   TextDocument    `json:"textDocument"`
	ContentChanges []ContentChange `json:"contentChanges"`
}

// ContentChange replaces a range, or the whole text if there is none.
type ContentChange struct {
	Range *Range `json:"range"`
	Text  string `json:"text"`
}

// DocumentParams are those of requests and notifications about a document.
type DocumentParams struct {
	TextDocument     TextDocument `json:"textDocument"`
	PreviousResultID string       `json:"previousResultId"`
}

// WatchedFilesParams are those of workspace/didChangeWatchedFiles.
type WatchedFilesParams struct {
	Changes []struct {
		URI  string `json:"uri"`
		Type int    `json:"type"`
	} `json:"changes"`
}

// changed is the FileChangeType of a file that is still there.
const changed = 2

// ConfigurationParams are those of workspace/didChangeConfiguration.
type ConfigurationParams struct {
	Settings json.RawMessage `json:"settings"`
}

// Diagnostic is a finding.
type Diagnostic struct {
	Range              Range                `json:"range"`
	Severity           int                  `json:"severity"`
	Code               string               `json:"code,omitempty"`
	CodeDescription    *CodeDescription     `json:"codeDescription,omitempty"`
	Source             string               `json:"source"`
	Message            string               `json:"message"`
	Tags               []int                `json:"tags,omitempty"`
	RelatedInformation []RelatedInformation `json:"relatedInformation,omitempty"`
}

// Values of DiagnosticSeverity and DiagnosticTag.
const (
	severityError   = 1
	severityWarning = 2
	severityInfo    = 3
	severityHint    = 4
	tagUnnecessary  = 1
	tagDeprecated   = 2
)

// CodeDescription is where to read about a code.
type CodeDescription struct {
	Href string `json:"href"`
}

// RelatedInformation is another place of a diagnostic.
type RelatedInformation struct {
	Location Location `json:"location"`
	Message  string   `json:"message"`
}

// PublishDiagnosticsParams are those of textDocument/publishDiagnostics.
type PublishDiagnosticsParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// DocumentDiagnosticReport answers textDocument/diagnostic: kind "full" with items, or
// "unchanged".
type DocumentDiagnosticReport struct {
	Kind     string        `json:"kind"`
	ResultID string        `json:"resultId"`
	Items    *[]Diagnostic `json:"items,omitempty"`
}

// ShowMessageParams are those of window/showMessage and window/logMessage.
type ShowMessageParams struct {
	Type    int    `json:"type"`
	Message string `json:"message"`
}

// Values of MessageType.
const (
	messageError   = 1
	messageWarning = 2
	messageLog     = 4
)

// RegistrationParams are those of client/registerCapability.
type RegistrationParams struct {
	Registrations []Registration `json:"registrations"`
}

// Registration requests notifications.
type Registration struct {
	ID              string `json:"id"`
	Method          string `json:"method"`
	RegisterOptions any    `json:"registerOptions"`
}

// WatchOptions are the files whose changes the server wants to know of.
type WatchOptions struct {
	Watchers []FileWatcher `json:"watchers"`
}

// FileWatcher is a glob of them.
type FileWatcher struct {
	GlobPattern string `json:"globPattern"`
}

// CompletionOptions say which characters begin a completion.
type CompletionOptions struct {
	TriggerCharacters []string `json:"triggerCharacters"`
}

// CodeActionOptions say which actions there are.
type CodeActionOptions struct {
	CodeActionKinds []string `json:"codeActionKinds"`
	ResolveProvider bool     `json:"resolveProvider"`
}

// CodeActionParams are those of textDocument/codeAction.
type CodeActionParams struct {
	TextDocument TextDocument `json:"textDocument"`
	Range        Range        `json:"range"`
	Context      struct {
		Only        []string `json:"only"`
		TriggerKind int      `json:"triggerKind"`
	} `json:"context"`
}

// automatic is the CodeActionTriggerKind of a request that no user made.
const automatic = 2

// CodeAction is a change that the user can choose.
type CodeAction struct {
	Title       string         `json:"title"`
	Kind        string         `json:"kind"`
	Diagnostics []Diagnostic   `json:"diagnostics,omitempty"`
	IsPreferred bool           `json:"isPreferred,omitempty"`
	Edit        *WorkspaceEdit `json:"edit,omitempty"`
	Data        *ActionData    `json:"data,omitempty"`
}

// WorkspaceEdit edits documents: with their versions, if the client takes them.
type WorkspaceEdit struct {
	Changes         map[string][]TextEdit `json:"changes,omitempty"`
	DocumentChanges []TextDocumentEdit    `json:"documentChanges,omitempty"`
}

// TextDocumentEdit edits a document at a version; null for one that is not open.
type TextDocumentEdit struct {
	TextDocument VersionedDocument `json:"textDocument"`
	Edits        []TextEdit        `json:"edits"`
}

// VersionedDocument is a document at a version.
type VersionedDocument struct {
	URI     string `json:"uri"`
	Version *int   `json:"version"`
}

// TextEdit replaces a range.
type TextEdit struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}
