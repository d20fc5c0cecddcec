cd /work/main && npx tsc -p packages/config/tsconfig.scratch.json 2>&1 | grep -E "packages/config|packages/cli/(src/(serve|commands/check|settings/(serve|check)|plans)|test/serve)" | head -${1:-40}
