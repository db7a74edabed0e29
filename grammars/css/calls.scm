(call_expression (function_name) @_var (arguments . (plain_value) @reference)
  (#eq? @_var "var") (#match? @reference "^--"))
(declaration . (property_name) @_animation (plain_value) @reference
  (#any-of? @_animation "animation" "animation-name"))
