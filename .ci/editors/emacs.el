;;; emacs.el --- drives wardnix lsp in Emacs -*- lexical-binding: t -*-
;; emacs --batch -l emacs.el, in the directory of web.nix

(dolist (dir (directory-files "/usr/share/emacs/site-lisp/elpa-src" t "^[^.]"))
  (add-to-list 'load-path dir)) ; Debian has eglot there for Emacs 28
(require 'eglot)
(require 'flymake)

(define-derived-mode nix-mode prog-mode "Nix")
(add-to-list 'eglot-server-programs (list 'nix-mode (getenv "WARDNIX") "lsp"))
(setq eglot-sync-connect 30 eglot-confirm-server-initiated-edits nil)

(defun wardnix-wait (what condition)
  "Wait until CONDITION holds, or fail with WHAT."
  (let ((end (+ (float-time) 60)))
    (while (not (funcall condition))
      (when (> (float-time) end)
        (message "Emacs: no %s" what)
        (kill-emacs 1))
      (accept-process-output nil 0.1))))

(find-file "web.nix")
(nix-mode)
(apply #'eglot (eglot--guess-contact))
(flymake-mode 1)
(wardnix-wait "diagnostics" (lambda () (flymake-start) (= 1 (length (flymake-diagnostics)))))
(let* ((server (eglot-current-server))
       (diagnostic (car (flymake-diagnostics))))
  (goto-char (flymake-diagnostic-beg diagnostic))
  (let ((hover (jsonrpc-request server :textDocument/hover (eglot--TextDocumentPositionParams))))
    (unless (string-match-p "ProtectSystem=" (plist-get (plist-get hover :contents) :value))
      (message "Emacs: hover is %S" hover)
      (kill-emacs 1)))
  (let* ((actions (jsonrpc-request server :textDocument/codeAction
                                   (list :textDocument (eglot--TextDocumentIdentifier)
                                         :range (list :start (eglot--pos-to-lsp-position (point))
                                                      :end (eglot--pos-to-lsp-position (point)))
                                         :context (list :diagnostics [] :only ["quickfix"]))))
         (action (aref actions 0)))
    (eglot--apply-workspace-edit (plist-get action :edit))))
(goto-char (point-min))
(unless (search-forward "ProtectSystem = \"full\"" nil t)
  (message "Emacs: the fix made %s" (buffer-string))
  (kill-emacs 1))
;; Changes are sent when Emacs is idle, which it never is in a batch.
(eglot--signal-textDocument/didChange)
(wardnix-wait "end of the diagnostics" (lambda () (flymake-start) (null (flymake-diagnostics))))
(message "Emacs: diagnostics, hover and fixes work")
(set-buffer-modified-p nil)
(ignore-errors (eglot-shutdown (eglot-current-server)))
(kill-emacs 0)
