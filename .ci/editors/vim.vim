" Drives `wardnix lsp` in Vim with the plugin vim-lsp, in the directory of web.nix:
" VIM_LSP=DIRECTORY vim -es -N -u NONE -S vim.vim web.nix
function! Fail(text) abort
  call writefile(['Vim: ' . a:text], '/dev/stderr', 'a')
  cquit 1
endfunction

function! Wait(what, condition) abort
  for i in range(600)
    if a:condition()
      return
    endif
    sleep 100m
  endfor
  call Fail('no ' . a:what)
endfunction

set hidden noswapfile
execute 'set runtimepath^=' . fnameescape($VIM_LSP)
let g:lsp_hover_ui = 'preview'
runtime plugin/lsp.vim
call lsp#register_server({
      \ 'name': 'wardnix',
      \ 'cmd': [$WARDNIX, 'lsp'],
      \ 'allowlist': ['nix'],
      \ 'root_uri': {-> lsp#utils#path_to_uri(lsp#utils#find_nearest_parent_file_directory(lsp#utils#get_buffer_path(), ['flake.nix', '.git/']))},
      \ })
call lsp#enable()
filetype on
set filetype=nix
doautocmd <nomodeline> BufReadPost

call Wait('diagnostics', {-> lsp#get_buffer_diagnostics_counts().error == 1})

call cursor(4, 20)
LspHover
call Wait('hover', {-> !empty(filter(range(1, winnr('$')), {_, w -> getwinvar(w, '&previewwindow') && join(getbufline(winbufnr(w), 1, '$')) =~# 'ProtectSystem='}))})
pclose

autocmd BufWritePre <buffer> LspCodeActionSync source.fixAll.wardnix
write
if readfile('web.nix')[3] !~# '"full"'
  call Fail('what was written is ' . readfile('web.nix')[3])
endif
doautocmd <nomodeline> TextChanged " in Ex mode, Vim waits for no key and so does not notice
call Wait('end of the diagnostics', {-> lsp#get_buffer_diagnostics_counts().error == 0})
qall!
