"""Tables of files as the API gives them, and what it takes."""

from rest_framework import serializers

from archive.metadata.file_tables import Level, Use
from archive.states import FileTableState


class TableColumnSerializer(serializers.Serializer):
    name = serializers.CharField()
    use = serializers.ChoiceField([str(use) for use in Use], help_text="What it was understood as.")
    is_new = serializers.BooleanField(help_text="No file has this attribute yet.")
    filled = serializers.IntegerField(help_text="In how many rows it holds something.")
    sentences = serializers.ListField(child=serializers.CharField())


class TableProblemSerializer(serializers.Serializer):
    row = serializers.IntegerField(help_text="As a spreadsheet counts, from 1.")
    column = serializers.CharField()
    value = serializers.CharField()
    level = serializers.ChoiceField([str(level) for level in Level], help_text="Rows with an error are not applied.")
    sentence = serializers.CharField(help_text="What is wrong, and what to do.")


class TableCountsSerializer(serializers.Serializer):
    rows = serializers.IntegerField(required=False)
    changed = serializers.IntegerField(required=False, help_text="Rows that would change something.")
    unchanged = serializers.IntegerField(required=False)
    unknown = serializers.IntegerField(required=False, help_text="Rows of paths that are not in the deposit.")
    left_out = serializers.IntegerField(required=False, help_text="Files that the table does not name; they stay.")
    errors = serializers.IntegerField(required=False)
    hints = serializers.IntegerField(required=False)
    wrong = serializers.IntegerField(required=False, help_text="Rows with an error.")
    applied = serializers.IntegerField(required=False, help_text="Files that were changed so far.")


class FileTableSerializer(serializers.Serializer):
    """`problems` are the first ones; all of them are at problems."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    state = serializers.ChoiceField([str(state) for state in FileTableState])
    sentence = serializers.CharField(help_text="Why it cannot be used, or what was put right in it without asking.")
    counts = TableCountsSerializer()
    columns = TableColumnSerializer(many=True)
    problems = TableProblemSerializer(many=True)
    created_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)


class TableUpload(serializers.Serializer):
    table = serializers.FileField(help_text="CSV, TSV or XLSX with a column “path”.")


class ApplyTable(serializers.Serializer):
    good_rows_only = serializers.BooleanField(
        default=False, help_text="Where some rows have errors: apply the others. Without it nothing is applied then."
    )
