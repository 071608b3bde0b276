"""What one would write by hand to give a function other code: a zip, UpdateFunctionCode, and the wait for its end."""

import io
import sys
import zipfile
from pathlib import Path

import boto3

folder, name = Path(sys.argv[1]), sys.argv[2]
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
    for file in sorted(folder.rglob("*.py")):
        made.write(file, file.relative_to(folder))
functions = boto3.client("lambda")
functions.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
