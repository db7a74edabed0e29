(command name: (command_name (word) @_source) . argument: (word) @import.source
  (#any-of? @_source "source" ".")) @import
(command name: (command_name (word) @_source) . argument: (string (string_content) @import.source .)
  (#any-of? @_source "source" ".")) @import
