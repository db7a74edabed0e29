; A stage is a name for an image.
(from_instruction as: (image_alias) @name) @definition.module
(arg_instruction (arg_pair name: (unquoted_string) @name)) @definition.variable
(env_instruction (env_pair name: (unquoted_string) @name value: (_)? @value) @definition.variable)
(label_instruction (label_pair key: (_) @name value: (_) @value) @definition.key)
