-- Drives `wardnix lsp` in Neovim: nvim --headless -u NONE -l is newer than some that are in
-- use, so run it as nvim --headless -u NONE -c 'luafile neovim.lua' web.nix
local function fail(text)
  io.stderr:write(text .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(60000, condition, 50) then
    fail("Neovim: no " .. what)
  end
end

vim.bo.filetype = "nix"
local id = vim.lsp.start_client({ name = "wardnix", cmd = { vim.env.WARDNIX, "lsp" }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, id)

wait("diagnostics", function() return #vim.diagnostic.get(0) == 1 end)
if vim.diagnostic.get(0)[1].code ~= "D002" then
  fail("Neovim: " .. vim.inspect(vim.diagnostic.get(0)))
end

local function request(method, params)
  local all = vim.lsp.buf_request_sync(0, method, params, 60000)
  return all and all[id] and all[id].result
end

vim.api.nvim_win_set_cursor(0, { 4, 20 })
local hover = request("textDocument/hover", vim.lsp.util.make_position_params())
if not (hover and hover.contents.value:find("ProtectSystem=", 1, true)) then
  fail("Neovim: hover is " .. vim.inspect(hover))
end

vim.api.nvim_win_set_cursor(0, { 4, 37 })
local items = request("textDocument/completion", vim.lsp.util.make_position_params())
if not (items and #items >= 4) then
  fail("Neovim: completion is " .. vim.inspect(items))
end

local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = {}, only = { "source.fixAll" } }
local actions = request("textDocument/codeAction", params)
local action = actions and actions[1]
if action and not action.edit then
  action = request("codeAction/resolve", action)
end
if not (action and action.edit) then
  fail("Neovim: no fix of all: " .. vim.inspect(actions))
end
vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_client_by_id(id).offset_encoding)
if not vim.fn.getline(4):find('"full"', 1, true) then
  fail("Neovim: the fix made " .. vim.fn.getline(4))
end
wait("end of the diagnostics", function() return #vim.diagnostic.get(0) == 0 end)
print("Neovim: diagnostics, hover, completion and fixes work\n")
vim.cmd("qall!")
