(call method: (identifier) @_require
  arguments: (_ . (string (string_content) @import.source))
  (#any-of? @_require "require" "require_relative" "load")) @import
(call method: (identifier) @_autoload
  arguments: (_ . (simple_symbol) @import.leaf . (string (string_content) @import.source))
  (#eq? @_autoload "autoload")) @import
