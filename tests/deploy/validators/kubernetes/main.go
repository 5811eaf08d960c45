// Validates Kubernetes manifests as an API server would: strict decoding, defaults, then Kubernetes's own validation.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
)

// An API server puts every namespaced object into a namespace before it looks at it.
const namespace = "default"

func main() {
	wrong := 0
	for _, name := range os.Args[1:] {
		for _, err := range checkFile(name) {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			wrong++
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

func checkFile(name string) []error {
	content, err := os.ReadFile(name)
	if err != nil {
		return []error{err}
	}
	reader := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(content)))
	defer reader.Close()
	scheme := legacyscheme.Scheme
	strict := json.NewSerializerWithOptions(
		json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
	var found []error
	documents, buffer := 0, make([]byte, 1<<20)
	for {
		size, err := reader.Read(buffer)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(found, err)
		}
		documents++
		object, _, err := strict.Decode(buffer[:size], nil, nil)
		if err != nil {
			found = append(found, err)
			continue
		}
		found = append(found, checkObject(object)...)
	}
	if documents == 0 {
		found = append(found, errors.New("holds no document"))
	}
	return found
}

func checkObject(object runtime.Object) []error {
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		return []error{err}
	}
	var problems field.ErrorList
	options := corevalidation.PodValidationOptions{}
	switch known := internal.(type) {
	case *batch.CronJob:
		known.Namespace = namespace
		problems = batchvalidation.ValidateCronJobCreate(known, options)
	case *apps.Deployment:
		known.Namespace = namespace
		problems = appsvalidation.ValidateDeployment(known, options)
	case *core.ConfigMap:
		known.Namespace = namespace
		problems = corevalidation.ValidateConfigMap(known)
	case *core.Secret:
		known.Namespace = namespace
		problems = corevalidation.ValidateSecret(known)
	default:
		return []error{fmt.Errorf("no check is known for %T", internal)}
	}
	var found []error
	for _, problem := range problems {
		found = append(found, problem)
	}
	return found
}
