(pair key: (string (string_content) @name) value: (_) @value) @definition.key
