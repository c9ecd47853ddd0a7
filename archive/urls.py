"""The pages of the archive, and the bytes they show."""

from django.urls import path

from archive.views import account, deposit, deposit_actions, deposit_saving, my_depositions, records

app_name = "archive"
urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/tokens/", account.create_token, name="token-create"),
    path("account/tokens/<int:token_id>/revoke/", account.revoke_token, name="token-revoke"),
    path("deposit/", deposit.start, name="deposit"),
    path("depositions/", my_depositions.mine, name="my-depositions"),
    path("depositions/<str:accession>/", deposit_saving.page, name="deposition"),
    path("depositions/<str:accession>/save/", deposit_saving.save, name="deposition-save"),
    path("depositions/<str:accession>/files/", deposit.files, name="deposition-files"),
    path("depositions/<str:accession>/files/<int:file_id>/keep/", deposit_actions.keep_file, name="file-keep"),
    path("depositions/<str:accession>/files/<int:file_id>/remove/", deposit_actions.remove_file, name="file-remove"),
    path("depositions/<str:accession>/uploads/", deposit_actions.upload_plain, name="deposition-upload"),
    path(
        "depositions/<str:accession>/uploads/<uuid:upload_id>/cancel/",
        deposit_actions.cancel_upload,
        name="upload-cancel",
    ),
    path("depositions/<str:accession>/release/", deposit_actions.release, name="deposition-release"),
    path("depositions/<str:accession>/reopen/", deposit_actions.reopen, name="deposition-reopen"),
    path("depositions/<str:accession>/withdraw/", deposit_actions.withdraw, name="deposition-withdraw"),
    path("depositions/<str:accession>/share/", deposit_actions.share, name="deposition-share"),
    path("datasets/<str:accession>/", records.dataset, name="dataset"),
    path("datasets/<str:accession>/v<int:number>/", records.version, name="version"),
    path("datasets/<str:accession>/v<int:number>/manifest/", records.manifest, name="manifest"),
    path("datasets/<str:accession>/images/", records.image_list, name="images"),
    path("datasets/<str:accession>/new-version/", deposit_actions.new_version, name="new-version"),
    path("datasets/<str:accession>/files/<int:file_id>/", records.file, name="file"),
    path("datasets/<str:accession>/files/<int:file_id>/members/", records.members, name="members"),
    path("datasets/<str:accession>/plates/<int:plate_id>/", records.plate, name="plate"),
    path("images/<str:accession>/", records.image, name="image"),
    path("images/<str:accession>/pictures/<str:size>/", records.picture, name="picture"),
    path("images/<str:accession>/ome-xml/", records.ome_xml, name="ome-xml"),
]
