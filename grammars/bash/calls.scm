(command name: (command_name (word) @reference.call)) @call

(variable_assignment name: (variable_name) @reference.write)
(variable_assignment name: (subscript name: (variable_name) @reference.write))
(postfix_expression (variable_name) @reference.write)
(binary_expression left: (variable_name) @reference.write operator: "=")
(unset_command (variable_name) @reference.write)

; `$1` is a position, not a name.
(simple_expansion (variable_name) @ignore (#match? @ignore "^[0-9]+$"))

; Commands that take the name of a function.
(command name: (command_name (word) @_takes) . argument: (word) @reference.call
  (#any-of? @_takes "trap" "command" "exec" "time" "nohup" "sudo" "xargs"))
