/* Sigma rules as somebody wrote them: compiled, held against rows of a log, and what they found put into words. */
#include "finding/sigma/sigma_load.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_row(struct sigma *s, const char *const *fields)
{
	struct buf text = BUF_INIT;
	for (; *fields; fields += 2)
		observation_field(&text, fields[0], fields[1]);
	struct observation o = {.when = 1000,
	                        .artefact = OBSERVATION_evtx,
	                        .path = "Security.evtx",
	                        .fields = text.data,
	                        .fields_size = text.len};
	sigma_row(s, &o, "ab");
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const started[] = {"event_id",
	                                      "4688",
	                                      "channel",
	                                      "Security",
	                                      "provider",
	                                      "Microsoft-Windows-Security-Auditing",
	                                      "data.NewProcessName",
	                                      "C:\\Windows\\System32\\cmd.exe",
	                                      "data.CommandLine",
	                                      "cmd.exe /c whoami",
	                                      "data.SubjectUserName",
	                                      "tanaka",
	                                      NULL};
	static const char *const service[] = {"event_id",
	                                      "7045",
	                                      "channel",
	                                      "System",
	                                      "provider",
	                                      "Service Control Manager",
	                                      "data.ServiceName",
	                                      "PSEXESVC",
	                                      "data.ImagePath",
	                                      "%SystemRoot%\\PSEXESVC.exe",
	                                      NULL};
	struct err err = ERR_INIT;
	struct source_map *places = source_map_new();
	json_t *tree = yaml_reader_load("rule.yml", (const char *)data, size, places, NULL, &err);
	source_map_free(places);
	if (!json_is_object(tree)) {
		json_decref(tree);
		return 0;
	}
	struct sigma *s = sigma_new(1);
	struct sigma_rule *rule = &s->rules[s->rule_count++];
	*rule = (struct sigma_rule){.name = xstrdup("rule"), .span = OBSERVATION_SEEN_INIT};
	sigma_compile(s, rule, tree);
	add_row(s, started);
	add_row(s, service);
	json_decref(sigma_findings(s, "R1-E1"));
	sigma_free(s);
	json_decref(tree);
	return 0;
}
