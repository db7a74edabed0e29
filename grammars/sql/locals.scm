(statement) @local.scope
(create_table) @local.scope.class
(create_function) @local.scope.function

(function_argument . (identifier) @local.definition.parameter)
; A common table expression and an alias are known in their statement; an alias stands for its table.
(cte . (identifier) @local.definition)
(relation (object_reference name: (identifier) @type) alias: (identifier) @local.definition)
(term alias: (identifier) @local.definition)
