# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_pipekit_global_optspecs
    string join \n db= json q/quiet v/verbose color= h/help V/version
end

function __fish_pipekit_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_pipekit_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_pipekit_using_subcommand
    set -l cmd (__fish_pipekit_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c pipekit -n "__fish_pipekit_needs_command" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_needs_command" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_needs_command" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_needs_command" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_needs_command" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_needs_command" -s V -l version -d 'Print version'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "init" -d 'Make the pipekit database'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "demo" -d 'See it work: a small ERP, a warehouse, three syncs, and what each run did'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "doctor" -d 'Say whether all is well, and what to do where it is not'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "secrets" -d 'Passwords, kept in a file of their own and never in the database'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "settings" -d 'What can be set for all of pipekit'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "driver" -d 'Which program speaks to which kind of database'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "connection" -d 'Where the databases are'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "wizard" -d 'Make a module by answering questions: source, columns, destination, preview'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "module" -d 'The syncs themselves'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "watermark" -d 'The named values that a module\'s query waits for'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "hook" -d 'SQL that runs after a module\'s merge'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "group" -d 'Modules that run together, in order'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "schedule" -d 'When groups run'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "import" -d 'Read a folder of sync scripts as modules'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "export" -d 'Write the definitions into a folder, to keep in git'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "apply" -d 'Make the database have the definitions of a folder'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "run" -d 'Run modules now, one after the other, and wait'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "cancel" -d 'Stop the run of a module, in whatever process it runs'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "tick" -d 'Run every group that is due now, and wait for them'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "serve" -d 'Serve the API over HTTP, and do what is due'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "status" -d 'How every module stands, under its source, and the groups'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "log" -d 'What ran, when, how long, how many rows, and why it failed'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "why" -d 'Say why a module or a group ran, or didn\'t'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "jrunner" -d 'Copy a query\'s rows into a table, or print them as CSV'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c pipekit -n "__fish_pipekit_needs_command" -f -a "man" -d 'Write the man pages into a folder'
complete -c pipekit -n "__fish_pipekit_using_subcommand init" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand init" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand init" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand init" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand init" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand demo" -l dir -d 'The folder to make' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand demo" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand demo" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand demo" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand demo" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand demo" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -l timeout -d 'How many seconds a database may take to answer' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -l full -d 'Read all of pipekit\'s own file, however large it is'
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -f -a "set" -d 'Store a secret: asked for without echo, or read from standard input'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -f -a "list" -d 'List the names, and which connections use each'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -f -a "ls" -d 'List the names, and which connections use each'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and not __fish_seen_subcommand_from set list ls unset" -f -a "unset" -d 'Remove a secret'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from set" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from set" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from set" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from unset" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from unset" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from unset" -l force -d 'Though connections use it'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from unset" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from unset" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand secrets; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -f -a "list" -d 'List the settings and what each is for'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -f -a "ls" -d 'List the settings and what each is for'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -f -a "get" -d 'Print a setting'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -f -a "set" -d 'Set a setting; `none` takes it back to its default'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and not __fish_seen_subcommand_from list ls get set test" -f -a "test" -d 'Run the notify_command with a test message, and show what it prints'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from get" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from get" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from get" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from set" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from set" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from set" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from test" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from test" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from test" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand settings; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "list" -d 'List the drivers'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "ls" -d 'List the drivers'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "show" -d 'Show a driver'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "add" -d 'Add a driver; one of that name is changed to what is given'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "edit" -d 'Change a driver; without flags, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "scan" -d 'Add a driver for each known JDBC jar in a folder'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "remove" -d 'Remove a driver that no connection uses'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and not __fish_seen_subcommand_from list ls show add edit scan remove rm" -f -a "rm" -d 'Remove a driver that no connection uses'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -l kind -d 'The dialect: db2 sqlserver postgresql mysql sqlite h2 derby generic' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -l jar -d 'The JDBC driver\'s jar; `none` for the built-in runner' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -l class -d 'The JDBC driver\'s class' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -l url-template -d 'What its URLs look like' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -l kind -d 'The dialect: db2 sqlserver postgresql mysql sqlite h2 derby generic' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -l jar -d 'The JDBC driver\'s jar; `none` for the built-in runner' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -l class -d 'The JDBC driver\'s class' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -l url-template -d 'What its URLs look like' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from scan" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from scan" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from scan" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from scan" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from scan" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from scan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from remove" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from remove" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand driver; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "list" -d 'List the connections'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "ls" -d 'List the connections'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "show" -d 'Show a connection'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "add" -d 'Add a connection'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "edit" -d 'Change a connection; without flags, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "remove" -d 'Remove a connection'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "rm" -d 'Remove a connection'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "test" -d 'See whether a database answers'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "tables" -d 'List a database\'s tables and views'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "columns" -d 'List a table\'s columns, and what could be made of them elsewhere'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and not __fish_seen_subcommand_from list ls show add edit remove rm test tables columns query" -f -a "query" -d 'Run SQL and show its rows'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l driver -d 'The driver: `pipekit driver list`' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l url -d 'The JDBC URL, without a password' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l user -d 'The login' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l password -d 'The secret that holds the password, as \'$KEY\': in single quotes, so that the shell leaves it' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l default-dest -d 'Where the wizard proposes to load into from here' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l default-schema -d 'The schema there' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l max-runs -d 'How many runs that groups begin may use it at once [default: any number]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l notes -d 'For people' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l driver -d 'The driver: `pipekit driver list`' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l url -d 'The JDBC URL, without a password' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l user -d 'The login' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l password -d 'The secret that holds the password, as \'$KEY\': in single quotes, so that the shell leaves it' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l default-dest -d 'Where the wizard proposes to load into from here' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l default-schema -d 'The schema there' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l max-runs -d 'How many runs that groups begin may use it at once [default: any number]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l notes -d 'For people' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from remove" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from remove" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from remove" -l force -d 'Remove the modules that use it too'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from rm" -l force -d 'Remove the modules that use it too'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from test" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from test" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from test" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -l server -d 'The linked server' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -l database -d 'The database' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -l schema -d 'The schema (DB2: the library)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -l like -d 'Only those whose name or comment contains this' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from tables" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l server -d 'The linked server' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l database -d 'The database' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l schema -d 'The schema (DB2: the library)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l for -d 'Show what is proposed for loading them into this connection: alias, expression, type' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l ddl -d 'Print the SQL that makes the table there'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l query -d 'Print the query that selects them so'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from columns" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from query" -l limit -d 'Show at most so many rows' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from query" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from query" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from query" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from query" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from query" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand connection; and __fish_seen_subcommand_from query" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l source -d 'The connection of the source' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l table -d 'The table there, as TABLE, SCHEMA.TABLE and so on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l server -d 'The linked server' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l database -d 'The database' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l schema -d 'The schema (DB2: the library)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l dest -d 'The connection of the destination' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l dest-table -d 'The table there' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l name -d 'The module\'s name' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l strategy -d 'How the rows come in' -r -f -a "full\t'The destination is emptied, then filled'
incremental\t'Rows with a staged row\'s key go, then the staged rows come'
append\t'The staged rows come'"
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l key -d 'The columns that an incremental merge deletes by, with commas' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l watermark -d 'Load what is new by this column (several: with commas)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand wizard" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "list" -d 'List the modules'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "ls" -d 'List the modules'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "show" -d 'Show a module with its watermarks, hooks and last run'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "add" -d 'Add a module, by flags or by one JSON document'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "propose" -d 'Print the module that a table would be loaded by, as `module add --json-file -` takes it'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "edit" -d 'Change a module; without flags, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "remove" -d 'Remove a module with its watermarks and hooks; its runs stay in the log'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "rm" -d 'Remove a module with its watermarks and hooks; its runs stay in the log'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "enable" -d 'Let groups run a module again'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "disable" -d 'Have groups skip a module'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "copy" -d 'Add a module like another one, disabled'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "rename" -d 'Give a module another name'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "check" -d 'Find what loses rows without an error, in the text alone'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "preview" -d 'Resolve the watermarks now and show exactly what would run'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "columns" -d 'Show and change the columns of a module\'s query'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "rehearse" -d 'Do all of a run but the merge, and show what that would add, change and remove'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "sql" -d 'Print a module\'s SQL, raw'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and not __fish_seen_subcommand_from list ls show add propose edit remove rm enable disable copy rename check preview columns rehearse sql runs" -f -a "runs" -d 'List a module\'s runs, newest first'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from show" -l definition -d 'Print what `module add --json-file` takes'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l json-file -d 'The whole definition, watermarks and hooks among it: a file, or - for standard input' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l source -d 'The connection that the query runs on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l dest -d 'The connection that the rows go to' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l table -d 'The table there, as TABLE or SCHEMA.TABLE' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l strategy -d 'How the rows come in' -r -f -a "full\t'The destination is emptied, then filled'
incremental\t'Rows with a staged row\'s key go, then the staged rows come'
append\t'The staged rows come'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l key -d 'The columns that an incremental merge deletes by, with commas' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l query -d 'The query, with a {name} for each watermark: as text, @FILE, or -' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l columns -d 'The table\'s columns that are filled, in the query\'s order [default: all]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l unique-key -d 'Columns that must not repeat among the rows that come' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l full-by -d 'How a full merge empties the table [default: truncate]' -r -f -a "truncate\t'TRUNCATE, where the database can roll it back; else DELETE'
delete\t'DELETE'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l allow-cascade -d 'Whether its deletes may cascade into other tables' -r -f -a "true\t''
false\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l allow-non-atomic -d 'Whether its merge may run by a jrunner that does not run it as one transaction' -r -f -a "true\t''
false\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l min-rows -d 'Fail if fewer rows come [default: none; a full load of no rows onto some fails unless it is 0]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l max-shrink-pct -d 'Fail if a full load would leave the table smaller by more per cent [default: none]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l timeout-s -d 'The longest that a run may take, in seconds [default: 21600]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l retries -d 'How often a failed run is tried again [default: 0]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l retry-delay-s -d 'Seconds between tries [default: 30]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l notes -d 'For people' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l create-dest -d 'Make the destination table where there is none, for a query that reads one table'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l disabled -d 'Have groups skip it'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l source -d 'The connection of the source' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l table -d 'The table there, as TABLE, SCHEMA.TABLE and so on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l server -d 'The linked server' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l database -d 'The database' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l schema -d 'The schema (DB2: the library)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l dest -d 'The connection of the destination [default: the source\'s, else that of the newest module]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l dest-table -d 'The table there [default: of the same name, in the schema that the source\'s connection names]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l name -d 'The module\'s name [default: like the table]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l strategy -d 'How the rows come in [default: incremental with a watermark, else full]' -r -f -a "full\t'The destination is emptied, then filled'
incremental\t'Rows with a staged row\'s key go, then the staged rows come'
append\t'The staged rows come'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l key -d 'The columns that an incremental merge deletes by, with commas [default: the primary key]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l watermark -d 'Load what is new by this column: from the highest value that the destination has (several: with commas)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from propose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l source -d 'The connection that the query runs on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l dest -d 'The connection that the rows go to' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l table -d 'The table there, as TABLE or SCHEMA.TABLE' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l strategy -d 'How the rows come in' -r -f -a "full\t'The destination is emptied, then filled'
incremental\t'Rows with a staged row\'s key go, then the staged rows come'
append\t'The staged rows come'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l key -d 'The columns that an incremental merge deletes by, with commas' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l query -d 'The query, with a {name} for each watermark: as text, @FILE, or -' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l columns -d 'The table\'s columns that are filled, in the query\'s order [default: all]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l unique-key -d 'Columns that must not repeat among the rows that come' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l full-by -d 'How a full merge empties the table [default: truncate]' -r -f -a "truncate\t'TRUNCATE, where the database can roll it back; else DELETE'
delete\t'DELETE'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l allow-cascade -d 'Whether its deletes may cascade into other tables' -r -f -a "true\t''
false\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l allow-non-atomic -d 'Whether its merge may run by a jrunner that does not run it as one transaction' -r -f -a "true\t''
false\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l min-rows -d 'Fail if fewer rows come [default: none; a full load of no rows onto some fails unless it is 0]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l max-shrink-pct -d 'Fail if a full load would leave the table smaller by more per cent [default: none]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l timeout-s -d 'The longest that a run may take, in seconds [default: 21600]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l retries -d 'How often a failed run is tried again [default: 0]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l retry-delay-s -d 'Seconds between tries [default: 30]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l notes -d 'For people' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l raw -d 'Edit the query alone, as it is, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l disabled -d 'Have groups skip it'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from remove" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from remove" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from remove" -l force -d 'Take it out of its groups too'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rm" -l force -d 'Take it out of its groups too'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from enable" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from enable" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from enable" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from disable" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from disable" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from disable" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from copy" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from copy" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from copy" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from copy" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from copy" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rename" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rename" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rename" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rename" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rename" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from check" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from check" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from check" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from preview" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from preview" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from preview" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from preview" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from preview" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from preview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "list" -d 'List the columns, as without a verb'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "ls" -d 'List the columns, as without a verb'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "set" -d 'Give a column another expression, another name, or both'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "add" -d 'Add a column, at the end unless a place is said'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "drop" -d 'Drop columns'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "remove" -d 'Drop columns'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "rm" -d 'Drop columns'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "move" -d 'Move a column to another place'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from columns" -a "edit" -d 'Edit the list in $EDITOR, as SQL'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -l from-start -d 'With all rows: each watermark stands at its default, and what is appended is compared with all that is there'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -l expect-same -d 'Exit with 1 where anything would be added, changed or removed'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from rehearse" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -l resolved -d 'The query as it was last resolved'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -l merge -d 'The merge as it was last made'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from sql" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from runs" -l limit -d 'At most so many' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from runs" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from runs" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from runs" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from runs" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from runs" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand module; and __fish_seen_subcommand_from runs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "list" -d 'List a module\'s watermarks'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "ls" -d 'List a module\'s watermarks'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "show" -d 'Show a watermark'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "add" -d 'Add a watermark to a module'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "edit" -d 'Change a watermark; without flags, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "remove" -d 'Remove a watermark'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "rm" -d 'Remove a watermark'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "resolve" -d 'Run the resolvers now and show the values'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and not __fish_seen_subcommand_from list ls show add edit remove rm resolve history" -f -a "history" -d 'Show the values that runs have had, newest first'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -l connection -d 'The connection that the resolver runs on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -l sql -d 'The resolver: as text, @FILE, or -' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -l default -d 'The value for a resolver that gives NULL or no row' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -l connection -d 'The connection that the resolver runs on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -l sql -d 'The resolver: as text, @FILE, or -' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -l default -d 'The value for a resolver that gives NULL or no row' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -l raw -d 'Edit the resolver alone, as it is, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from remove" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from remove" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from resolve" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from resolve" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from resolve" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from resolve" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from resolve" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from resolve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from history" -l limit -d 'At most so many' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from history" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from history" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from history" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from history" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from history" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand watermark; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -f -a "list" -d 'List the hooks, of one module or of all'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -f -a "ls" -d 'List the hooks, of one module or of all'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -f -a "show" -d 'Show a hook'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -f -a "add" -d 'Add a hook to a module'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -f -a "edit" -d 'Change a hook; without flags, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -f -a "remove" -d 'Remove a hook'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and not __fish_seen_subcommand_from list ls show add edit remove rm" -f -a "rm" -d 'Remove a hook'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -l connection -d 'The connection that it runs on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -l sql -d 'What it runs: as text, @FILE, or -' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -l on -d 'After which ends of a run [default: success]' -r -f -a "success\t'After a merge that was committed'
failure\t'After a run that failed'
always\t'After either'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -l order -d 'Its place among the module\'s hooks [default: the last]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l connection -d 'The connection that it runs on' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l sql -d 'What it runs: as text, @FILE, or -' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l on -d 'After which ends of a run [default: success]' -r -f -a "success\t'After a merge that was committed'
failure\t'After a run that failed'
always\t'After either'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l order -d 'Its place among the module\'s hooks [default: the last]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l raw -d 'Edit the SQL alone, as it is, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from remove" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from remove" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand hook; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "list" -d 'List the groups'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "ls" -d 'List the groups'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "show" -d 'Show a group: its members, schedules, next times and last runs'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "add" -d 'Add a group'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "edit" -d 'Change a group; without flags, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "remove" -d 'Remove a group; its modules and its runs stay'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "rm" -d 'Remove a group; its modules and its runs stay'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "member" -d 'The modules of a group'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "run" -d 'Run a group now, and wait'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "cancel" -d 'Stop the run of a group, in whatever process it runs'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and not __fish_seen_subcommand_from list ls show add edit remove rm member run cancel runs" -f -a "runs" -d 'List runs of groups, newest first; with an id, show one'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -l stop-on-failure -d 'Whether a failure stops the rest' -r -f -a "true\t''
false\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -l max-parallel -d 'How many members of one place run at once, from 1 to 100' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -l members -d 'Its modules, in the order in which they run, with commas between them; a+b share a place' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -l stop-on-failure -d 'Whether a failure stops the rest' -r -f -a "true\t''
false\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -l max-parallel -d 'How many members of one place run at once, from 1 to 100' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -l members -d 'Its modules, in the order in which they run, with commas between them; a+b share a place' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -l rename -d 'Another name' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from remove" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from remove" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from remove" -l force -d 'With its schedules'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from rm" -l force -d 'With its schedules'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -f -a "add" -d 'Put a module into a group, or to another place in it'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -f -a "remove" -d 'Take a module out of a group'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -f -a "rm" -d 'Take a module out of a group'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -f -a "list" -d 'List the modules of a group, or of all'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from member" -f -a "ls" -d 'List the modules of a group, or of all'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from run" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from run" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from run" -l dry-run -d 'Resolve the watermarks and show the SQL; move nothing'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from run" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from cancel" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from cancel" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from cancel" -l no-wait -d 'Don\'t wait for it to end'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from cancel" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from cancel" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -l limit -d 'At most so many' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -l id -d 'The group run to show, with its members' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand group; and __fish_seen_subcommand_from runs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "list" -d 'List the schedules, of one group or of all, with their next time'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "ls" -d 'List the schedules, of one group or of all, with their next time'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "show" -d 'Show a schedule'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "add" -d 'Have a group run at these times'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "edit" -d 'Change a schedule; without flags, in $EDITOR'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "enable" -d 'Let a schedule fire again, from now on'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "disable" -d 'Keep a schedule from firing'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "remove" -d 'Remove a schedule'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "rm" -d 'Remove a schedule'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and not __fish_seen_subcommand_from list ls show add edit enable disable remove rm next" -f -a "next" -d 'Show the next times, in the schedule\'s zone and in UTC'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -l timezone -d 'The time zone, such as Europe/Berlin; `none` for the setting `timezone`, or else the machine\'s' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -l catch-up-s -d 'How many seconds late a time that was missed is made up, at most [default: 3600]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -l cron -d 'When, as crontab(5) has it; in quotes' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -l timezone -d 'The time zone, such as Europe/Berlin; `none` for the setting `timezone`, or else the machine\'s' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -l catch-up-s -d 'How many seconds late a time that was missed is made up, at most [default: 3600]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from enable" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from enable" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from enable" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from disable" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from disable" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from disable" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from remove" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from remove" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from rm" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from rm" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -l count -d 'How many' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -l from -d 'After this time [default: now]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand schedule; and __fish_seen_subcommand_from next" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -l to -d 'Write what was found as the files of `export` into a folder' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -l jars -d 'Where the JDBC jars are, for drivers that are not there yet' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -l apply -d 'Add what was found to the database, and the passwords to the secrets'
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -l prove -d 'Rehearse each module that is there then, and show which give the rows that the scripts have left, and which not'
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -l prune -d 'Remove the files of what is not defined any more'
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -l dry-run -d 'Show which files would change; write none'
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -l dry-run -d 'Show what would change; change nothing'
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -l prune -d 'Remove what is not in the folder'
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -l expect-same -d 'Exit with 1 where anything would change'
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand run" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand run" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand run" -l dry-run -d 'Resolve the watermarks and show the SQL; move nothing'
complete -c pipekit -n "__fish_pipekit_using_subcommand run" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand run" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand run" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand cancel" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand cancel" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand cancel" -l no-wait -d 'Don\'t wait for it to end'
complete -c pipekit -n "__fish_pipekit_using_subcommand cancel" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand cancel" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand cancel" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand tick" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand tick" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand tick" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand tick" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand tick" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand tick" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -l listen -d 'Where to listen' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -l grace -d 'How many seconds runs may go on when it is told to end' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -l allow-remote -d 'Let other machines reach it: there is no TLS here, so have a proxy with TLS before it'
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand status" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand status" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand status" -l failed -d 'Only modules whose last run did not succeed'
complete -c pipekit -n "__fish_pipekit_using_subcommand status" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand status" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand status" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l module -d 'Only runs of this module' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l group -d 'Only runs as part of this group' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l status -d 'Only runs that ended like this, with commas: running success error cancelled dry_run unknown' -r -f -a "running\t''
success\t''
error\t''
cancelled\t''
dry_run\t''
unknown\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l since -d 'Only runs that began since: 24h, 7d, today, 2026-11-24, 2026-11-24T08:00' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l until -d 'Only runs that began before' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l limit -d 'At most so many [default: 25; all, with --since or --until]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l sort -d 'By what to sort' -r -f -a "started\t''
duration\t''
rows\t''
module\t''
status\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -s e -l errors -d 'Only runs that did not end well: error, unknown, or a hook that failed'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l reverse -d 'The other way round'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -f -a "list" -d 'List runs, newest first'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -f -a "ls" -d 'List runs, newest first'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -f -a "show" -d 'Show everything about one run, or one part of it raw'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -f -a "follow" -d 'Show a run\'s log as it comes, until the run ends'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -f -a "diff" -d 'Say what differed between two runs: SQL, watermarks, rows, time a step'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -f -a "settle" -d 'Say what became of a run whose end is unknown, where its destination can\'t be asked any more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and not __fish_seen_subcommand_from list ls show follow diff settle prune" -f -a "prune" -d 'Remove old runs from the log, after saying how many'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l module -d 'Only runs of this module' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l group -d 'Only runs as part of this group' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l status -d 'Only runs that ended like this, with commas: running success error cancelled dry_run unknown' -r -f -a "running\t''
success\t''
error\t''
cancelled\t''
dry_run\t''
unknown\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l since -d 'Only runs that began since: 24h, 7d, today, 2026-11-24, 2026-11-24T08:00' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l until -d 'Only runs that began before' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l limit -d 'At most so many [default: 25; all, with --since or --until]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l sort -d 'By what to sort' -r -f -a "started\t''
duration\t''
rows\t''
module\t''
status\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -s e -l errors -d 'Only runs that did not end well: error, unknown, or a hook that failed'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l reverse -d 'The other way round'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l module -d 'Only runs of this module' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l group -d 'Only runs as part of this group' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l status -d 'Only runs that ended like this, with commas: running success error cancelled dry_run unknown' -r -f -a "running\t''
success\t''
error\t''
cancelled\t''
dry_run\t''
unknown\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l since -d 'Only runs that began since: 24h, 7d, today, 2026-11-24, 2026-11-24T08:00' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l until -d 'Only runs that began before' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l limit -d 'At most so many [default: 25; all, with --since or --until]' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l sort -d 'By what to sort' -r -f -a "started\t''
duration\t''
rows\t''
module\t''
status\t''"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -s e -l errors -d 'Only runs that did not end well: error, unknown, or a hook that failed'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l reverse -d 'The other way round'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l sql -d 'The SQL that ran on the source, to the byte'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l merge -d 'The merge that ran on the destination, to the byte'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l stdout -d 'What the runner printed'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l stderr -d 'What the runner complained of'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l hooks -d 'What the hooks printed'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l live -d 'What happened, line by line'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from follow" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from follow" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from follow" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from follow" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from follow" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from follow" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from diff" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from diff" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from diff" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from diff" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -l merged -d 'Its rows are in the destination'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -l not-merged -d 'Its rows are not in the destination'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from settle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -l older-than -d 'How old: 90d, 12w, or a date' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -l yes -d 'Don\'t ask'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand log; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand why" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand why" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand why" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand why" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand why" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand why" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l scu -d 'Source JDBC URL' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l scn -d 'Source user name' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l scp -d 'Source password (in every user\'s process list; better: $JRUNNER_SCP)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l dcu -d 'Destination JDBC URL' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l dcn -d 'Destination user name' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l dcp -d 'Destination password (in every user\'s process list; better: $JRUNNER_DCP)' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l sq -d 'File that holds the SQL for the source; - is standard input' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l dt -d 'Destination table, as SQL spells it' -r
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l folder -d 'A folder that the guard removes at the end' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l session -d 'Serve a session over standard input and output'
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l guard -d 'Run a program, and end all that it starts when it ends or standard input does'
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand jrunner" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand completions" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand completions" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand completions" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand completions" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand completions" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipekit -n "__fish_pipekit_using_subcommand man" -l db -d 'The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user\'s data folder]' -r -F
complete -c pipekit -n "__fish_pipekit_using_subcommand man" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c pipekit -n "__fish_pipekit_using_subcommand man" -l json -d 'Print JSON (one document; what streams, one a line), and errors as JSON'
complete -c pipekit -n "__fish_pipekit_using_subcommand man" -s q -l quiet -d 'Say nothing of what went well: print what is asked for, and what went wrong'
complete -c pipekit -n "__fish_pipekit_using_subcommand man" -s v -l verbose -d 'Print more'
complete -c pipekit -n "__fish_pipekit_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
