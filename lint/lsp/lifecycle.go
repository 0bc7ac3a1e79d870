package lsp

import (
	"encoding/json"
	"sync/atomic"
	"time"
)

// stateValue is the state of a session.
type stateValue struct{ atomic.Int32 }

// States of a session.
const (
	starting = iota // before initialize
	running
	stopped // after shutdown
	leaving // after shutdown and exit
	left    // the client left without a word
)

// leave ends the session.
func (s *Server) leave() {
	if s.state.Load() == stopped {
		s.state.Store(leaving)
	} else {
		s.state.Store(left)
	}
}

// initialize begins the session.
func (s *Server) initialize(p *InitializeParams) InitializeResult {
	s.client = p.Capabilities
	var name string
	s.encoding, name = chooseEncoding(p.Capabilities.General.PositionEncodings)
	s.configure(p.InitializationOptions)
	if p.ProcessID != nil && s.options.Alive != nil {
		go s.watch(*p.ProcessID)
	}
	s.state.Store(running)
	result := InitializeResult{ServerInfo: ServerInfo{Name: "wardnix", Version: s.options.Version}}
	result.Capabilities = ServerCapabilities{
		PositionEncoding: name,
		TextDocumentSync: TextDocumentSyncOptions{OpenClose: true, Change: incremental, Save: true},

		CodeActionProvider: CodeActionOptions{CodeActionKinds: []string{kindQuickFix, kindFixAll, kindRewrite}, ResolveProvider: true},

		HoverProvider: true, DefinitionProvider: true, ReferencesProvider: true, DocumentSymbolProvider: true, WorkspaceSymbolProvider: true,
		CompletionProvider: CompletionOptions{TriggerCharacters: []string{".", "\"", "@", "~"}},
		InlayHintProvider:  s.settings.InlayHints,
	}
	if s.settings.CodeLens {
		result.Capabilities.CodeLensProvider = &struct{}{}
	}
	if s.pulls() {
		result.Capabilities.DiagnosticProvider = &DiagnosticOptions{Identifier: "wardnix", InterFileDependencies: true}
	}
	return result
}

// pulls reports whether the client requests diagnostics: only one that can be made
// to request them again, since a change of one file changes what is found in others.
func (s *Server) pulls() bool {
	return s.client.TextDocument.Diagnostic != nil && s.client.Workspace.Diagnostics.RefreshSupport
}

// parentCheck is how often the server looks whether its client is there.
const parentCheck = 3 * time.Second

// watch ends the session when a process is gone.
func (s *Server) watch(pid int) {
	tick := time.NewTicker(parentCheck)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
			if !s.options.Alive(pid) {
				s.gone()
				return
			}
		}
	}
}

// watched are the files whose changes concern what is found.
var watched = []string{"**/*.nix", "**/wardnix.toml", "**/wardnix-known.json", "**/flake.lock", "**/.gitignore"}

// initialized requests what only a client that is ready can give.
func (s *Server) initialized(*struct{}) error {
	if s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		var options WatchOptions
		for _, glob := range watched {
			options.Watchers = append(options.Watchers, FileWatcher{glob})
		}
		s.call("client/registerCapability", RegistrationParams{[]Registration{{"watched", "workspace/didChangeWatchedFiles", options}}}, nil)
	}
	s.requestSettings()
	return nil
}

// requestSettings asks the client for its settings.
func (s *Server) requestSettings() {
	if !s.client.Workspace.Configuration {
		return
	}
	s.call("workspace/configuration", map[string]any{"items": []any{map[string]string{"section": "wardnix"}}}, func(m message) {
		var all []json.RawMessage
		if json.Unmarshal(m.Result, &all) == nil && len(all) == 1 {
			s.reconfigure(all[0])
		}
	})
}

func (s *Server) didChangeConfiguration(p *ConfigurationParams) error {
	if s.client.Workspace.Configuration {
		s.requestSettings()
		return nil
	}
	var all struct {
		Wardnix json.RawMessage `json:"wardnix"`
	}
	if err := json.Unmarshal(p.Settings, &all); err != nil {
		return err
	}
	s.reconfigure(all.Wardnix)
	return nil
}
