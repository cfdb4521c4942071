complete --keep-order --exclusive --command pipekit --arguments "(PIPEKIT_COMPLETE=fish pipekit -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
