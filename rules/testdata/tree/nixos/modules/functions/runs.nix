command: {
  serviceConfig = {
    ExecStart = command;
    MemoryDenyWriteExecute = false;
  };
}
