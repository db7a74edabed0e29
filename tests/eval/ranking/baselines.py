"""Rankings that nothing was learned for, to compare with: feature → weight."""

BASELINES = {
    "BM25 of functions": {"body": 1.0},
    "fields": {
        "body": 1.0,
        "name": 0.4,
        "path": 0.3,
        "file": 0.5,
        "doc": 0.2,
        "test": -0.5,
        "no definition": -0.5,
    },
}
